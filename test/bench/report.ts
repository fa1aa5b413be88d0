import { COLD_CONTESTANTS } from './cold/bundles.ts';
import { type ColdResult, FAR_ISSUER_DELAY } from './cold/cold.ts';
import { CODE_OWNERS, type CodeOwner, type ColdProfile } from './cold/cold-profile.ts';
import { GARBAGE_KINDS } from './hostile/garbage.ts';
import type { PaceSummary } from './pace.ts';
import type { BenchResults, ScaleResult } from './results.ts';
import type { Summary } from './samples.ts';
import { isMet, type Verdict, verdictsOn } from './targets.ts';
import { WARM_CONTESTANTS } from './warm.ts';

type Row = readonly string[];

/** The results as tables in Markdown, to paste into `docs/benchmarks.md`. */
export function reportOn(results: BenchResults): string {
  const { cold, coldProfile, coldFarFromIssuer: far, warm, scale, memory } = results;
  return [
    `${results.date}; ${results.machine}; load ${results.load.before} to ${results.load.after}; ${results.rounds} rounds; medians ± half the spread between quartiles`,
    ...(cold === undefined ? [] : [coldTable('cold start', cold)]),
    ...(far === undefined ? [] : [coldTable(`cold start, key set ${FAR_ISSUER_DELAY} ms later`, far)]),
    ...(coldProfile === undefined ? [] : [profileTable(coldProfile)]),
    ...(warm ?? []).map(warmTable),
    ...(scale === undefined ? [] : scaleTables(scale)),
    ...(memory === undefined ? [] : [memoryTable(memory)]),
    targetTable(verdictsOn(results)),
  ].join('\n\n');
}

function coldTable(title: string, cold: ColdResult): string {
  const rows = COLD_CONTESTANTS.map((name) => {
    const { total, node, load, decision, cpu, bytes, gzip } = cold[name];
    const ratio = (cold.ours.total.median / total.median).toFixed(2);
    const cpuRatio = (cold.ours.cpu.median / cpu.median).toFixed(2);
    const sizes = `${kilobytes(bytes)} (${kilobytes(gzip)})`;
    return [name, milliseconds(total), ratio, ...[node, load, decision, cpu].map(milliseconds), cpuRatio, sizes];
  });
  const head = [
    title,
    'total',
    'ours / row',
    'Node.js',
    'load',
    'first decision',
    'CPU',
    'ours / row',
    'bundle (gzip)',
  ];
  return table(head, rows);
}

/** The profile as a table, without differences within the noise of sampling. */
function profileTable({ ours, floor }: ColdProfile): string {
  const beyond = (owner: CodeOwner) => ours[owner] - floor[owner];
  const owners = CODE_OWNERS.filter((owner) => Math.abs(beyond(owner)) >= 0.05).toSorted(
    (a, b) => beyond(b) - beyond(a),
  );
  const cells = owners.map((owner) => [ours[owner], floor[owner], beyond(owner)].map((each) => each.toFixed(1)));
  const head = ['cold start, profiled (ms, slowed by the profiler)', 'ours', 'floor', 'difference'];
  return table(
    head,
    owners.map((owner, index) => [owner, ...(cells[index] ?? [])]),
  );
}

function warmTable({ algorithm, tokens, of }: NonNullable<BenchResults['warm']>[number]): string {
  const rows = WARM_CONTESTANTS.map((name) => {
    const perSecond = Math.round(1e6 / of[name].wall.median).toLocaleString('en');
    return [name, perSecond, ...paceCells(of[name])];
  });
  return table(
    [`warm, ${algorithm}, ${tokens} token${tokens === 'fresh' ? 's' : ''}`, 'per second', 'time', 'CPU'],
    rows,
  );
}

function scaleTables({ entries, routes, keys, garbage, hostileKeySets }: ScaleResult): readonly string[] {
  return [
    table(
      ['entries in the table', 'decision', 'CPU'],
      entries.map((each) => [each.entries.toLocaleString('en'), ...paceCells(each.decision)]),
    ),
    table(
      ['routes', 'compiled at synth', 'file', 'loaded', 'policy', 'decision', 'CPU'],
      routes.map(({ routes: count, compile, fileBytes, load, policyBytes, decision }) => [
        String(count),
        `${compile.toFixed(0)} ms`,
        kilobytes(fileBytes),
        `${load.toFixed(1)} ms`,
        `${policyBytes} bytes`,
        ...paceCells(decision),
      ]),
    ),
    table(
      ['keys in the set', 'first decision', 'CPU', 'later decisions', 'CPU'],
      keys.map((each) => [String(each.keys), ...paceCells(each.first), ...paceCells(each.later)]),
    ),
    table(
      [
        `garbage (requests: key set ${garbage.keySetRequests}, table ${garbage.tableReads})`,
        'per second of CPU',
        'time',
        'CPU',
      ],
      GARBAGE_KINDS.map((kind) => {
        const perSecond = Math.round(1e6 / garbage.of[kind].cpu.median).toLocaleString('en');
        return [kind, perSecond, ...paceCells(garbage.of[kind])];
      }),
    ),
    table(
      ['key set of 150 kB', 'members', 'loaded', 'CPU'],
      hostileKeySets.map(({ what, members, load }) => [what, String(members), ...paceCells(load)]),
    ),
  ];
}

function memoryTable(memory: NonNullable<BenchResults['memory']>): string {
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const rows = memory.map(({ tokens, rss, heap }) => [tokens.toLocaleString('en'), mebibytes(rss), mebibytes(heap)]);
  return table(['different tokens', 'RSS', 'live objects'], rows);
}

function targetTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => {
    const { target, measured, limit, unit, atLeast } = verdict;
    const figures = [measured, limit].map((each) => (unit === '/s' ? Math.round(each) : Number(each.toFixed(2))));
    const [is, bound] = figures.map((each) => `${each.toLocaleString('en')} ${unit}`.trim());
    return [target, String(is), `${atLeast === true ? '≥' : '≤'} ${bound}`, isMet(verdict) ? 'met' : 'missed'];
  });
  return table(['target', 'measured', 'promised', ''], rows);
}

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function paceCells({ wall, cpu }: PaceSummary): readonly string[] {
  return [wall, cpu].map((each) => `${each.median.toFixed(each.median < 100 ? 1 : 0)} µs ${uncertainty(each)}`);
}

function milliseconds(summary: Summary): string {
  return `${summary.median.toFixed(1)} ms ${uncertainty(summary)}`;
}

function uncertainty({ spread }: Summary): string {
  return `± ${Math.round(spread * 50)} %`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
