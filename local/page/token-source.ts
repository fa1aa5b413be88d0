import type { PageFacts } from '../page-server/page-facts.ts';
import { machineToken } from './run-client.ts';
import type { TokenResponse } from './shared-sign-in.ts';
import { signIn } from './sign-in.ts';

/** Who a token is for: a person who signs in, or a machine's client. */
export type TokenHolder = { readonly machine: string | undefined };

/** Where the page's API client gets its tokens: the one that a person has just got by a button, and later ones the same way. */
export class TokenSource {
  readonly #facts: PageFacts;
  #holder: TokenHolder = { machine: undefined };
  #given: TokenResponse | undefined;

  constructor(facts: PageFacts) {
    this.#facts = facts;
  }

  /** Gets the first token of a holder. A person is asked who they are. */
  async begin(holder: TokenHolder): Promise<string> {
    this.#given = undefined;
    const response = await (holder.machine === undefined ? signIn(this.#facts, 'login') : byMachine(holder.machine));
    this.#holder = holder;
    this.#given = response;
    return response.access_token;
  }

  /** The token of `begin`, once; after that a new one: a person whose session lives is not asked. */
  async next(signal: AbortSignal): Promise<TokenResponse> {
    const given = this.#given;
    this.#given = undefined;
    const { machine } = this.#holder;
    return given ?? (machine === undefined ? signIn(this.#facts, undefined, signal) : byMachine(machine, signal));
  }

  get holder(): TokenHolder {
    return this.#holder;
  }

  forget(): void {
    this.#given = undefined;
    this.#holder = { machine: undefined };
  }
}

async function byMachine(client: string, signal?: AbortSignal): Promise<TokenResponse> {
  const { accessToken } = await machineToken(client, signal);
  return { access_token: accessToken };
}
