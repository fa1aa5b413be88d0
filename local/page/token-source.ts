import type { PageFacts } from '../page-server/page-messages.ts';
import { machineToken } from './run-client.ts';
import type { TokenResponse } from './shared-sign-in.ts';
import { SignInError, signIn } from './sign-in.ts';

/** Where a token comes from: a person who signs in, a machine's client, or a text that somebody has pasted. */
export type TokenHolder =
  | { readonly kind: 'person' }
  | { readonly kind: 'machine'; readonly client: string }
  | { readonly kind: 'pasted'; readonly token: string };

/** Where the page's API client gets its tokens: the one that a person has just got by a button, and later ones the same way. */
export class TokenSource {
  readonly #facts: () => PageFacts;
  #holder: TokenHolder = { kind: 'person' };
  #given: TokenResponse | undefined;

  constructor(facts: () => PageFacts) {
    this.#facts = facts;
  }

  /** Gets the first token of a holder. A person is asked who they are. @throws the reason of the signal when it is aborted */
  async begin(holder: TokenHolder, signal: AbortSignal): Promise<string> {
    this.#given = undefined;
    const isPasted = holder.kind === 'pasted';
    const response = isPasted ? { access_token: holder.token } : await this.#get(holder, 'login', signal);
    signal.throwIfAborted();
    this.#holder = holder;
    this.#given = response;
    return response.access_token;
  }

  /** The token of `begin`, once; after that a new one: a person whose session lives is not asked. */
  async next(signal: AbortSignal): Promise<TokenResponse> {
    const given = this.#given;
    this.#given = undefined;
    return given ?? this.#get(this.#holder, undefined, signal);
  }

  get holder(): TokenHolder {
    return this.#holder;
  }

  forget(): void {
    this.#given = undefined;
    this.#holder = { kind: 'person' };
  }

  async #get(holder: TokenHolder, prompt: 'login' | undefined, signal?: AbortSignal): Promise<TokenResponse> {
    if (holder.kind === 'machine') return machineToken(holder.client, signal);
    const { signIn: server } = this.#facts();
    if (holder.kind === 'person' && server !== undefined) return signIn(server, prompt, signal);
    throw new SignInError('The token was rejected, and the page cannot get another one: paste a new one.');
  }
}
