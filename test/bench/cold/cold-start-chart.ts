import type { BenchResults } from '../results.ts';
import type { ColdContestant } from './bundles.ts';
import type { ColdResult } from './cold.ts';

const LABELS: Readonly<Record<ColdContestant, string>> = {
  floor: 'two HTTP calls, nothing verified',
  ours: 'bearer-authorizer',
  'aws-jwt-verify': 'aws-jwt-verify + DynamoDB client',
  jsonwebtoken: 'jsonwebtoken, jwks-rsa + DynamoDB client',
  jose: 'jose remote key set + DynamoDB client',
};

const PARTS = [
  { name: 'node', label: 'Node.js starts', colour: '#b8bec8' },
  { name: 'load', label: 'bundle loads', colour: '#5b8def' },
  { name: 'decision', label: 'first decision', colour: '#f2994a' },
] as const;

const WIDTH = 760;
const LEFT = 316;
const BAR = 24;
const ROW = 40;
const TOP = 84;

/** Draws cold starts as stacked bars for docs/benchmarks.md, readable on a light and on a dark page. */
export function coldStartChart(cold: ColdResult, { date, machine }: BenchResults): string {
  const names = (Object.keys(LABELS) as readonly ColdContestant[]).toSorted(
    (a, b) => totalOf(cold, a) - totalOf(cold, b),
  );
  const scale = (WIDTH - LEFT - 90) / Math.max(...names.map((name) => totalOf(cold, name)));
  const height = TOP + names.length * ROW + 30;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    `<title>From a new process to the first decision, in milliseconds (medians)</title>`,
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>`,
    text(16, 28, 'From a new process to the first decision', 'font-size="16" font-weight="600"'),
    ...legend(),
    ...names.flatMap((name, index) => bar(cold, name, TOP + index * ROW, scale)),
    text(16, height - 12, `${date}, ${machine}`, 'font-size="10" fill="#6b7280"'),
    '</svg>',
    '',
  ].join('\n');
}

function totalOf(cold: ColdResult, name: ColdContestant): number {
  return cold[name].total.median;
}

function legend(): readonly string[] {
  return PARTS.flatMap(({ label, colour }, index) => {
    const x = 16 + index * 140;
    return [`<rect x="${x}" y="44" width="12" height="12" fill="${colour}"/>`, text(x + 18, 55, label)];
  });
}

function bar(cold: ColdResult, name: ColdContestant, y: number, scale: number): readonly string[] {
  const total = totalOf(cold, name);
  const measured = PARTS.map((part) => cold[name][part.name].median);
  // The medians of the parts do not add up to the median of the whole: the bar shows the whole, divided by their shares.
  const share = total / measured.reduce((sum, each) => sum + each, 0);
  let x = LEFT;
  const rects = PARTS.map(({ colour }, index) => {
    const width = (measured[index] ?? 0) * share * scale;
    const rect = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${colour}"/>`;
    x += width;
    return rect;
  });
  const weight = name === 'ours' ? 'font-weight="600"' : '';
  return [
    text(LEFT - 10, y + 17, LABELS[name], `text-anchor="end" ${weight}`.trim()),
    ...rects,
    text(x + 8, y + 17, `${Math.round(total)} ms`, weight),
  ];
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const fill = attributes.includes('fill=') ? '' : 'fill="#1f2937"';
  return `<text x="${x.toFixed(1)}" y="${y}" ${[fill, attributes].filter((each) => each !== '').join(' ')}>${escaped}</text>`;
}
