import { keySet, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { ourAuthorizer } from '../our-authorizer.ts';
import { eventFor, goodToken, signingKeys } from '../tokens.ts';

/** A separate process that decides over many different tokens and prints its size at intervals. */
const [tokens = 0, readings = 1] = process.argv.slice(2).map(Number);

const server = await startLoopbackServer(keySet(signingKeys.ES256.publicJwk));
const authorize = ourAuthorizer({ jwksUri: `${server.address}/jwks` });
const step = tokens / readings;
for (let decided = 0; decided < tokens; decided += 1) {
  await authorize(eventFor(goodToken(signingKeys.ES256, `memory-${decided}`)));
  if ((decided + 1) % step !== 0) continue;
  // Collects garbage, so that only kept objects count.
  globalThis.gc?.();
  process.stdout.write(
    `${JSON.stringify({ tokens: decided + 1, rss: process.memoryUsage.rss(), heap: process.memoryUsage().heapUsed })}\n`,
  );
}
await server.close();
