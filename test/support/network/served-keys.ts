import { afterAll, beforeAll } from 'vitest';
import type { SigningKey } from '../tokens/signing-keys.ts';
import { type Answer, keySet, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

/** A key set that is served over real HTTP from the first test of a file to the last. */
export interface ServedKeys {
  /** `http://127.0.0.1:<port>`, known only while tests run. The key set is at `/keys`. */
  readonly address: string;
  /** The paths that were requested, in order. */
  readonly requests: readonly string[];
  answerWith(answer: Answer): void;
}

export function servedKeys(...keys: readonly SigningKey[]): ServedKeys {
  let server: LoopbackServer;
  beforeAll(async () => {
    server = await startLoopbackServer(keySet(...keys.map(({ publicJwk }) => publicJwk)));
  });
  afterAll(() => server.close());
  return {
    get address() {
      return server.address;
    },
    get requests() {
      return server.requests;
    },
    answerWith: (answer) => server.answerWith(answer),
  };
}
