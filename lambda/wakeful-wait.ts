import { availableParallelism } from 'node:os';

/** Milliseconds: far more than any signature takes, and no more than a decision may lose if another thread never ends. */
const LONGEST = 10;

const CORES = availableParallelism();

/**
 * The outcome of `work` that another thread has been given and ends within microseconds, such as WebCrypto's.
 *
 * Until then the event loop keeps turning. Put to sleep and woken, this thread would lose more time than the work takes,
 * and run its next lines with cold caches: a fifth to a third of a decision. The CPU that sleep would save goes into falling
 * asleep and waking: no more is used with RSA, a quarter more with ES256 (`npm run bench`, two cores). On a single core it
 * would only stand in the other thread's way. Not for waiting on a network.
 */
export async function awakeWhile<Outcome>(work: Promise<Outcome>, cores = CORES): Promise<Outcome> {
  if (cores === 1) return work;
  const end = performance.now() + LONGEST;
  let isPending = true;
  const turn = (): void => {
    if (isPending && performance.now() < end) setImmediate(turn);
  };
  turn();
  try {
    return await work;
  } finally {
    isPending = false;
  }
}
