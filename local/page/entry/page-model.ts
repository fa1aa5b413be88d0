import type { PageFacts } from '../../page-server/page-messages.ts';
import { ApiClient } from '../api-client.ts';
import { MissingScopeError } from '../api-exchange.ts';
import { lagText } from '../model/clock-text.ts';
import {
  type HeldToken,
  methodOf,
  type PageActions,
  type PageState,
  type Route,
  samplePathOf,
  type Watched,
  watchedRouteOf,
} from '../model/page-state.ts';
import { sentenceOf, type Timeline, timelineOf } from '../model/timeline.ts';
import { fingerprintOf, scopesOf, type Takeable, tokenPartsOf } from '../model/token-parts.ts';
import { restore, revoke } from '../run-client.ts';
import { type TokenHolder, TokenSource } from '../token-source.ts';
import { type Probe, probeOf, untilAccepted, untilRejected, untilTold } from '../watch.ts';

/** The page's state, and what a person can do with it. Each change is drawn. */
export class Page implements PageActions {
  readonly #draw: (state: PageState) => void;
  readonly #tokens: TokenSource;
  readonly #client: ApiClient;
  #state: PageState;
  /** Ends what goes on. */
  #abort = new AbortController();

  constructor(facts: PageFacts, draw: (state: PageState) => void) {
    this.#draw = draw;
    this.#tokens = new TokenSource(() => this.#state.facts);
    this.#client = new ApiClient({
      api: facts.api,
      signIn: (signal) => this.#tokens.next(signal),
      onWait: (waits) => this.#updateCall({ waits }),
    });
    this.#state = { ...INITIAL, facts };
  }

  get state(): PageState {
    return this.#state;
  }

  readonly update = (change: Partial<PageState>): void => {
    this.#state = { ...this.#state, ...change };
    this.#draw(this.#state);
  };

  readonly signIn = (): void => this.#begin({ kind: 'person' });

  readonly getMachineToken = (client: string): void => this.#begin({ kind: 'machine', client });

  readonly pasteToken = (text: string): void => {
    // As it is copied out of a log, a header or a terminal.
    const token = text.replace(/^\s*(authorization:)?\s*(bearer\s)?/i, '').replace(/\s/g, '');
    this.#begin({ kind: 'pasted', token });
  };

  readonly forgetToken = (): void => {
    const { takenBack } = this.#state;
    this.#abort.abort();
    this.#client.signOut();
    this.#tokens.forget();
    this.#abort = new AbortController();
    this.update({
      ...{ token: undefined, isTokenShown: false, busy: undefined, message: 'The page has forgotten the token.' },
      ...(takenBack && { takenBack: { ...takenBack, watched: undefined } }),
    });
  };

  readonly showToken = (isTokenShown: boolean): void => this.update({ isTokenShown });

  readonly chooseFlush = (flush: boolean): void => this.update({ flush });

  readonly cancel = (): void => this.#abort.abort();

  readonly call = (route: Route): void =>
    this.#run('calling', async (signal) => {
      const [method, path, after] = [methodOf(route), samplePathOf(route), this.#state.events.at(-1)?.id ?? 0];
      this.update({ call: { route, path, after } });
      const response = await this.#client
        .call({ method, path, scopes: route.scopes, signal })
        .catch((error: unknown) => this.#deniedResponse(error));
      await this.#hold(this.#client.token);
      this.#updateCall({ response, waits: undefined });
      return `${method} ${path} was answered with ${response.status}.`;
    });

  readonly takeBack = (takeable: Takeable): void =>
    this.#run('taking back', async (signal) => {
      const { token, facts, flush, events } = this.#state;
      const route = token && watchedRouteOf(facts, token.scopes);
      if (token === undefined || route === undefined)
        return 'There is no token to take back, or no route to watch it on.';
      const watched = { token: token.text, path: samplePathOf(route) };
      const probe = this.#probe(watched, signal);
      // The second one meets the decision that the first one left in the cache.
      await probe();
      await probe();
      const answer = await revoke(takeable, flush);
      const { resultTtlSeconds, guaranteedLagSeconds } = facts;
      const watch = { fingerprint: token.fingerprint, after: events.at(-1)?.id ?? 0 };
      const times = { askedAt: answer.askedAt, acknowledgedAt: answer.at, resultTtlSeconds, guaranteedLagSeconds };
      this.update({ takenBack: { takeable, answer, watched, revocation: { ...watch, ...times } } });
      const sentence = await this.#watched(probe, signal).catch((error: unknown) => stopped(error, signal));
      return `Taken back: ${takeable.what}. ${sentence}`;
    });

  readonly restore = (): void => {
    const { takenBack } = this.#state;
    if (takenBack === undefined) return;
    this.#abort.abort();
    this.#run('restoring', async (signal) => {
      const { takeable, watched } = takenBack;
      const { text, at } = await restore(takeable);
      const revocation = { ...takenBack.revocation, restoredAt: at };
      this.update({ takenBack: { ...takenBack, revocation, restored: text } });
      if (watched === undefined) return `Restored: ${takeable.what}.`;
      const since = performance.now();
      const isAccepted = await untilAccepted(this.#probe(watched, signal), signal);
      if (!isAccepted) return `Restored: ${takeable.what}. The token is still not accepted: another entry may name it.`;
      const lag = lagText(performance.now() - since);
      return `Restored: ${takeable.what}. It was accepted again at ${lag} after the entry was gone.`;
    });
  };

  /** Calls until the token is rejected. @returns the sentence about it */
  async #watched(probe: Probe, signal: AbortSignal): Promise<string> {
    const wasRejected = await untilRejected(probe, this.#state.facts.guaranteedLagSeconds, signal);
    const hasRefusal = () => this.#timeline()?.marks.some(({ kind }) => kind === 'first refusal') === true;
    if (wasRejected) await untilTold(hasRefusal, signal);
    const timeline = this.#timeline();
    return timeline === undefined ? '' : sentenceOf(timeline);
  }

  #probe({ token, path }: Watched, signal: AbortSignal): Probe {
    return probeOf(`${this.#state.facts.api}${path}`, token, signal);
  }

  #timeline(): Timeline | undefined {
    const { takenBack, events } = this.#state;
    return takenBack && timelineOf(takenBack.revocation, events);
  }

  #begin(holder: TokenHolder): void {
    this.#run('signing in', async (signal) => {
      // Before the text replaces a token that works.
      if (holder.kind === 'pasted') tokenPartsOf(holder.token);
      const token = await this.#tokens.begin(holder, signal);
      this.#client.signOut();
      await this.#hold(token);
      return `The page holds a token of ${this.#state.token?.heldBy}.`;
    });
  }

  /** Does one thing at a time, and says in a sentence what has come of it. */
  #run(busy: NonNullable<PageState['busy']>, task: (signal: AbortSignal) => Promise<string>): void {
    const abort = new AbortController();
    this.#abort = abort;
    this.update({ busy, message: '' });
    task(abort.signal)
      .catch((error: unknown) => this.#failed(busy, error, abort.signal))
      // What was ended by a later thing says nothing any more.
      .then((message) => this.#abort === abort && this.update({ message, busy: undefined }));
  }

  #failed(busy: PageState['busy'], error: unknown, { aborted }: AbortSignal): string {
    const sentence = aborted ? 'Cancelled.' : error instanceof Error ? error.message : String(error);
    if (busy === 'calling') this.#updateCall({ failure: sentence, waits: undefined });
    return sentence;
  }

  /** A 403 is an answer, too: the sentence says which scope is missing. */
  #deniedResponse(error: unknown) {
    if (!(error instanceof MissingScopeError)) throw error;
    this.#updateCall({ failure: error.message });
    return error.response;
  }

  #updateCall(change: Partial<NonNullable<PageState['call']>>): void {
    const { call } = this.#state;
    if (call !== undefined) this.update({ call: { ...call, ...change } });
  }

  /** Shows the token that the client has now: after a 401 it has another. */
  async #hold(text: string | undefined): Promise<void> {
    if (text === undefined || text === this.#state.token?.text) return;
    const parts = tokenPartsOf(text);
    const { holder } = this.#tokens;
    const token: HeldToken = {
      ...{ text, parts, fingerprint: await fingerprintOf(text), scopes: scopesOf(parts, this.#state.facts) },
      heldBy: holder.kind === 'machine' ? holder.client : String(parts.claims.sub ?? 'nobody'),
    };
    this.update({ token, isTokenShown: false });
  }
}

/** A revocation stands, also when nobody watches what comes of it. @throws the error, unless the signal is aborted */
function stopped(error: unknown, { aborted }: AbortSignal): string {
  if (!aborted) throw error;
  return 'The page has stopped watching; the entry stands.';
}

const INITIAL: Omit<PageState, 'facts'> = {
  isConnected: true,
  token: undefined,
  isTokenShown: false,
  call: undefined,
  flush: true,
  takenBack: undefined,
  events: [],
  message: '',
  busy: undefined,
};
