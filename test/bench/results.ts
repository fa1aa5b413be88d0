import { cpus, loadavg, totalmem } from 'node:os';
import type { BenchOptions, Part } from './bench-options.ts';
import { type ColdResult, measureCold, measureColdFarFromIssuer } from './cold/cold.ts';
import { type ColdProfile, profileCold } from './cold/cold-profile.ts';
import { type GarbageResult, measureGarbage } from './hostile/garbage.ts';
import { type HostileKeySet, measureHostileKeySets } from './hostile/hostile-key-sets.ts';
import { type MemoryResult, measureMemory } from './memory/memory.ts';
import type { Progress } from './progress.ts';
import { type EntryScale, measureEntryScale } from './scale/entry-scale.ts';
import { type KeyScale, measureKeyScale } from './scale/key-scale.ts';
import { measureRouteScale, type RouteScale } from './scale/route-scale.ts';
import type { Surroundings } from './surroundings.ts';
import { measureWarm, type WarmSeries } from './warm.ts';

export interface BenchResults {
  readonly date: string;
  readonly machine: string;
  /** Load average over a minute, before and after the run. Above the number of cores, its absolute figures are not valid. */
  readonly load: { readonly before: number; readonly after: number };
  readonly rounds: number;
  readonly cold?: ColdResult;
  readonly coldProfile?: ColdProfile;
  readonly coldFarFromIssuer?: ColdResult;
  readonly warm?: readonly WarmSeries[];
  readonly scale?: ScaleResult;
  readonly memory?: MemoryResult;
}

export interface ScaleResult {
  readonly entries: EntryScale;
  readonly routes: readonly RouteScale[];
  readonly keys: readonly KeyScale[];
  readonly garbage: GarbageResult;
  readonly hostileKeySets: readonly HostileKeySet[];
}

export async function measureAll(
  surroundings: Surroundings,
  { parts, rounds, entries }: BenchOptions,
  progress: Progress,
): Promise<BenchResults> {
  const wants = (part: Part) => parts.includes(part);
  const settings = { rounds, progress };
  const before = currentLoad();
  const measured = {
    // Cold starts come first, because a process that has run warm decisions for minutes would compete with them.
    ...(wants('cold') && {
      cold: await measureCold(surroundings, settings),
      coldProfile: await profileCold(surroundings, settings),
      coldFarFromIssuer: await measureColdFarFromIssuer(surroundings, settings),
    }),
    ...(wants('warm') && { warm: await measureWarm(surroundings, settings) }),
    ...(wants('memory') && { memory: await measureMemory(settings) }),
    ...(wants('scale') && { scale: await measureScale(surroundings, { ...settings, entries }) }),
  };
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    load: { before, after: currentLoad() },
    rounds,
    ...measured,
  };
}

async function measureScale(
  surroundings: Surroundings,
  settings: { readonly rounds: number; readonly entries: number; readonly progress: Progress },
): Promise<ScaleResult> {
  return {
    routes: await measureRouteScale(surroundings, settings),
    keys: await measureKeyScale(settings),
    garbage: await measureGarbage(surroundings, settings),
    hostileKeySets: await measureHostileKeySets(settings),
    entries: await measureEntryScale(surroundings, settings),
  };
}

function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpu?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${memory} GiB, ${process.platform} ${process.arch}, Node.js ${process.version}`;
}

function currentLoad(): number {
  return Number((loadavg()[0] ?? Number.NaN).toFixed(1));
}
