import { COLD_CONTESTANTS } from './cold/bundles.ts';
import { PLAIN_GARBAGE, SHAPED_GARBAGE } from './hostile/garbage.ts';
import type { BenchResults, ScaleResult } from './results.ts';

/** A target and the value that this run measured. */
export interface Verdict {
  readonly target: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: '' | 'µs' | 'ms' | '/s';
  /** Whether `limit` is a minimum; otherwise it is a maximum. */
  readonly atLeast?: boolean;
}

export function isMet({ measured, limit, atLeast = false }: Verdict): boolean {
  return atLeast ? measured >= limit : measured <= limit;
}

/** Compares the medians of the parts that were measured with their targets. */
export function verdictsOn({ cold, warm, scale, memory }: BenchResults): readonly Verdict[] {
  return [
    ...(cold === undefined ? [] : coldVerdicts(cold)),
    ...(warm === undefined ? [] : warm.map(warmVerdict)),
    ...(scale === undefined ? [] : scaleVerdicts(scale)),
    ...(memory === undefined ? [] : [memoryVerdict(memory)]),
  ];
}

function coldVerdicts(cold: NonNullable<BenchResults['cold']>): readonly Verdict[] {
  return COLD_CONTESTANTS.filter((name) => name !== 'ours').map((name) => ({
    target: `cold start, ours / ${name}`,
    measured: cold.ours.total.median / cold[name].total.median,
    limit: name === 'floor' ? 1.25 : 0.6,
    unit: '',
  }));
}

function warmVerdict({ algorithm, tokens, of }: NonNullable<BenchResults['warm']>[number]): Verdict {
  const ours = of.ours.cpu.median;
  return tokens === 'same'
    ? { target: `same token, ${algorithm}, CPU`, measured: ours, limit: 15, unit: 'µs' }
    : {
        target: `fresh tokens, ${algorithm}, ours / jose.jwtVerify`,
        measured: of.ours.wall.median / of['jose.jwtVerify'].wall.median,
        limit: 1.15,
        unit: '',
      };
}

function scaleVerdicts({ entries, routes, garbage, hostileKeySets }: ScaleResult): readonly Verdict[] {
  const smallest = entries[0]?.decision.wall.median ?? Number.NaN;
  const largest = entries.at(-1);
  const plain = PLAIN_GARBAGE.map((kind) => garbage.of[kind].cpu.median);
  const mean = plain.reduce((sum, each) => sum + each, 0) / plain.length;
  return [
    {
      target: `${largest?.entries} entries / an empty table`,
      measured: (largest?.decision.wall.median ?? Number.NaN) / smallest,
      limit: 1.1,
      unit: '',
    },
    {
      target: '500 routes / 10 routes',
      measured: (routes.at(-1)?.decision.cpu.median ?? Number.NaN) / (routes[0]?.decision.cpu.median ?? Number.NaN),
      limit: 2,
      unit: '',
    },
    { target: 'garbage rejected on one core', measured: 1e6 / mean, limit: 50_000, unit: '/s', atLeast: true },
    ...SHAPED_GARBAGE.map((kind) => ({
      target: `garbage, ${kind} / plain garbage`,
      measured: garbage.of[kind].cpu.median / mean,
      limit: 10,
      unit: '' as const,
    })),
    ...hostileKeySets.map(({ what, members, load }) => ({
      target: `key set of 150 kB, ${members} ${what}`,
      measured: load.cpu.median / 1000,
      limit: 100,
      unit: 'ms' as const,
    })),
    {
      target: 'requests that garbage caused',
      measured: garbage.keySetRequests + garbage.tableReads,
      limit: 0,
      unit: '',
    },
  ];
}

/** Compares the second half, because V8 still grows its heap in the first. A kilobyte kept of each token would show as 1.2. */
function memoryVerdict(memory: NonNullable<BenchResults['memory']>): Verdict {
  const halfway = memory[memory.length / 2 - 1];
  return {
    target: `RSS after ${memory.at(-1)?.tokens} tokens / after ${halfway?.tokens}`,
    measured: (memory.at(-1)?.rss ?? Number.NaN) / (halfway?.rss ?? Number.NaN),
    limit: 1.1,
    unit: '',
  };
}
