import { parseArgs } from 'node:util';
import { type AsWritten, asWritten } from './as-written.ts';
import { type Judgement, judge } from './judged-document.ts';
import { apiDocuments } from './openapi-directory.ts';
import { routesUnder, SCOPE_LAYOUTS } from './scope-layouts.ts';

const { values } = parseArgs({ options: { every: { type: 'string', default: '1' }, verbose: { type: 'boolean' } } });
const every = Number(values.every);

const judgements = new Map<string, { readonly name: string; readonly judgement: Judgement }[]>();
const written: { readonly name: string; readonly result: AsWritten }[] = [];
let seen = 0;
for (const document of apiDocuments()) {
  if (seen++ % every !== 0) continue;
  if (process.stderr.isTTY) process.stderr.write(`\r${seen} documents\u001b[K`);
  const result = asWritten(document.document);
  if (result !== undefined) written.push({ name: document.name, result });
  for (const [layout, scopesOf] of Object.entries(SCOPE_LAYOUTS)) {
    const routes = routesUnder(scopesOf, document);
    if (routes === undefined) continue;
    for (const api of ['rest', 'http'] as const) {
      const heading = `${api}, ${layout}`;
      const judged = judgements.get(heading) ?? [];
      judged.push({ name: document.name, judgement: judge(routes, api) });
      judgements.set(heading, judged);
    }
  }
}

let broken = 0;
for (const [heading, judged] of judgements) {
  const of = (outcome: Judgement['outcome']) => judged.filter(({ judgement }) => judgement.outcome === outcome);
  const sum = (field: 'leaks' | 'unexplained' | 'wrongPerRoute' | 'decisions') =>
    judged.reduce((total, { judgement }) => total + judgement[field], 0);
  const most = (field: 'bytes' | 'milliseconds') =>
    Math.round(Math.max(...judged.map(({ judgement }) => judgement[field])));
  const counts = (['exact', 'literal losses', 'whole loss', 'too large', 'rejected'] as const).map(
    (one) => `${of(one).length} ${one}`,
  );
  console.log(
    `${heading}: ${judged.length} documents; ${counts.join(', ')}; ${sum('decisions')} decisions, ${sum('leaks')} leaks, ` +
      `${sum('unexplained')} losses not named, ${sum('wrongPerRoute')} wrong per route; at most ${most('bytes')} bytes, ${most('milliseconds')} ms to compile`,
  );
  broken += sum('leaks') + sum('unexplained') + sum('wrongPerRoute');
  const odd = judged.filter(
    ({ judgement }) => judgement.outcome !== 'exact' || judgement.leaks + judgement.unexplained > 0,
  );
  if (values.verbose) for (const { name, judgement } of odd) console.log(`  ${name}: ${JSON.stringify(judgement)}`);
}
const rejected = written.filter(({ result }) => result.rejection !== undefined);
const reasons = Object.entries(Object.groupBy(rejected, ({ result }) => result.rejection ?? ''));
const opened = written.filter(({ result }) => result.opened.length > 0);
console.log(
  `as written: ${written.length} documents; ${written.length - rejected.length} accepted; rejected for ` +
    `${reasons.map(([reason, of]) => `${reason}: ${of?.length}`).join(', ')}; ${opened.length} lose a guard`,
);
broken += opened.length;
if (values.verbose)
  for (const { name, result } of [...rejected, ...opened]) console.log(`  ${name}: ${JSON.stringify(result)}`);
process.exitCode = broken === 0 ? 0 : 1;
