import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Progress } from '../progress.ts';
import { interleave } from '../samples.ts';
import type { Surroundings } from '../surroundings.ts';
import { eventFor, goodToken, signingKeys } from '../tokens.ts';
import { buildBundles, sourceMapOfOurs } from './bundles.ts';
import { coldEnvironment } from './cold-environment.ts';

const OUTSIDE = 'outside of any function';

/** Owners of the code that the deciding thread runs. A function's time includes the C++ that it calls and its compilation. */
export const CODE_OWNERS = [
  'our own code',
  'jose',
  'Node.js: cryptography, WebCrypto and OpenSSL included',
  'Node.js: compiling the bundle',
  'Node.js: loading modules of its own',
  'Node.js: HTTP, TLS, streams and the rest',
  'V8: garbage collection',
  OUTSIDE,
  'waiting',
] as const;

export type CodeOwner = (typeof CODE_OWNERS)[number];

const PROFILED = ['ours', 'floor'] as const;

/** Milliseconds of one cold start, the mean of all rounds. Only good for comparison, because sampling slows everything. */
export type ColdProfile = Readonly<Record<(typeof PROFILED)[number], OwnersTime>>;

type OwnersTime = Readonly<Record<CodeOwner, number>>;

const SAMPLING_MICROSECONDS = 50;

/** Profiles the cold starts of ours and of the floor with V8's profiler. */
export async function profileCold(
  surroundings: Surroundings,
  { rounds, progress }: { readonly rounds: number; readonly progress: Progress },
): Promise<ColdProfile> {
  const bundles = buildBundles();
  try {
    const good = JSON.stringify(eventFor(goodToken(signingKeys.RS256, 'profile-1')));
    const env = { ...(await coldEnvironment(surroundings)), BENCH_EVENT: good };
    const isOfJose = joseIn(bundles.of.ours.path);
    const times = await interleave(PROFILED, rounds, async (name, round) => {
      progress(`cold: profile ${round + 1} of ${rounds}`);
      return ownersOf(await profileOf([bundles.firstDecision, bundles.of[name].path], env), isOfJose);
    });
    return { ours: meanOf(times.get('ours') ?? []), floor: meanOf(times.get('floor') ?? []) };
  } finally {
    bundles.remove();
  }
}

type IsOfJose = (frame: CallFrame) => boolean;

function joseIn(ours: string): IsOfJose {
  const map = new SourceMap(sourceMapOfOurs());
  return ({ url, lineNumber, columnNumber }) => {
    const entry = map.findEntry(lineNumber, columnNumber);
    return url.endsWith(ours) && 'originalSource' in entry && entry.originalSource.includes('/jose/');
  };
}

/** The members of V8's profile that are read here (Chrome DevTools protocol, `Profiler.Profile`). */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  /** The node id of each sample; `timeDeltas` holds the microseconds since the previous one. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** Counted from 0, like `columnNumber`. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

async function profileOf(command: readonly string[], env: Readonly<Record<string, string>>): Promise<CpuProfile> {
  // The folder of the bundle: it is removed with the bundles.
  const [folder, name] = [dirname(String(command[0])), 'cold.cpuprofile'];
  const interval = ['--cpu-prof-interval', String(SAMPLING_MICROSECONDS)];
  const options = ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-name', name, ...interval];
  // Not synchronously: the key set server is this process.
  await promisify(execFile)(process.execPath, [...options, ...command], { env });
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile;
}

function ownersOf({ nodes, samples, timeDeltas }: CpuProfile, isOfJose: IsOfJose): OwnersTime {
  const owners = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame, isOfJose)]));
  const time = noTime();
  for (const [index, id] of samples.entries()) {
    // A sample stands for the time until the next one.
    time[owners.get(id) ?? OUTSIDE] += (timeDeltas[index + 1] ?? 0) / 1000;
  }
  return time;
}

function ownerOf(frame: CallFrame, isOfJose: IsOfJose): CodeOwner {
  if (isOfJose(frame)) return 'jose';
  const { functionName, url } = frame;
  return OWNERS_OF_V8.get(functionName) ?? OWNERS_BY_ADDRESS.find(([pattern]) => pattern.test(url))?.[1] ?? OUTSIDE;
}

/** Owners by the address of their code; the first match counts. */
const OWNERS_BY_ADDRESS: readonly (readonly [url: RegExp, owner: CodeOwner])[] = [
  [/^node:(internal\/)?(crypto|webidl)/, 'Node.js: cryptography, WebCrypto and OpenSSL included'],
  [/^node:internal\/modules\//, 'Node.js: compiling the bundle'],
  [/^node:internal\/bootstrap\//, 'Node.js: loading modules of its own'],
  [/^node:/, 'Node.js: HTTP, TLS, streams and the rest'],
  [/./, 'our own code'],
];

const OWNERS_OF_V8: ReadonlyMap<string, CodeOwner> = new Map([
  ['(garbage collector)', 'V8: garbage collection'],
  ['(idle)', 'waiting'],
]);

function noTime(): Record<CodeOwner, number> {
  return Object.fromEntries(CODE_OWNERS.map((owner) => [owner, 0])) as Record<CodeOwner, number>;
}

function meanOf(times: readonly OwnersTime[]): OwnersTime {
  const mean = noTime();
  for (const owner of CODE_OWNERS) {
    mean[owner] = times.reduce((sum, time) => sum + time[owner], 0) / times.length;
  }
  return mean;
}
