import { vi } from 'vitest';
import { ApiClient, type ApiClientOptions } from '../../../local/page/api-client.ts';
import type { TokenResponse } from '../../../local/page/shared-sign-in.ts';
import type { LoopbackApi } from './loopback-api.ts';
import { timeUnderTest } from './time-under-test.ts';

interface ClientChoice extends Partial<ApiClientOptions> {
  /** Seconds for which a token lives. */
  readonly lifetime?: number;
}

/** A client whose sign-ins bring `token-1`, `token-2` and so on. */
export function clientOf({ address }: Pick<LoopbackApi, 'address'>, { lifetime, ...options }: ClientChoice = {}) {
  const time = timeUnderTest();
  const signIn = vi.fn(async (_signal: AbortSignal): Promise<TokenResponse> => {
    const token = `token-${signIn.mock.calls.length}`;
    return { access_token: token, ...(lifetime !== undefined && { expires_in: lifetime }) };
  });
  return { client: new ApiClient({ api: address, signIn, time, ...options }), signIn, time };
}
