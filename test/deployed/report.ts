import type { ApiKind } from '../../lambda/policy/route.ts';
import type { Report } from '../../ops/cli/program.ts';
import { shellWord } from '../../ops/cli/terminal-text.ts';
import type { RegionalStack } from '../../ops/stack/revocation-stack.ts';
import { textTable } from '../../ops/text/text-table.ts';
import type { Finding, FindingKind } from './finding.ts';

const TITLES: Readonly<Record<FindingKind, string>> = {
  promise: 'Promises of this product',
  fact: 'What AWS documents little, or not at all',
};

const KINDS: Readonly<Record<ApiKind, string>> = { rest: 'a REST API', http: 'an HTTP API' };

const MARKS: Readonly<Record<Finding['verdict'], string>> = {
  ok: 'ok',
  differs: 'DIFFERS',
  broken: 'BROKEN',
  'not measured': 'not measured',
};

/** The deployment that was measured. */
export interface MeasuredPlace extends Pick<RegionalStack, 'api' | 'region' | 'flags'> {
  readonly kind: ApiKind;
  readonly isLocal: boolean;
  readonly resultTtlSeconds: number;
}

/** @param leftTargets - entries that could not be deleted */
export function deployedTestReport(
  findings: readonly Finding[],
  { api, kind, region, flags, isLocal, resultTtlSeconds }: MeasuredPlace,
  leftTargets: readonly string[],
): Report {
  const place = isLocal ? 'the local gateway, which is not AWS' : 'API Gateway';
  const lines = [
    `${api}: ${KINDS[kind]} of ${place}; result TTL ${resultTtlSeconds} s.`,
    ...sections(findings),
    summary(findings),
    ...leftTargets.map((target) => `NOT DELETED: npm run revocations -- restore target ${shellWord(target)} ${flags}`),
  ];
  const isFine = leftTargets.length === 0 && !findings.some(({ verdict }) => verdict === 'broken');
  return {
    text: lines.join('\n'),
    document: {
      command: 'test:deployed',
      api,
      kind,
      region,
      isLocal,
      resultTtlSeconds,
      findings,
      leftTargets,
    },
    exitCode: isFine ? 0 : 1,
  };
}

function sections(findings: readonly Finding[]): readonly string[] {
  return (['promise', 'fact'] as const).flatMap((kind) => {
    const rows = findings
      .filter((finding) => finding.kind === kind)
      .map(({ fact, expected, seen, verdict }) => [fact, expected, seen, MARKS[verdict]]);
    return [
      '',
      TITLES[kind],
      '',
      textTable(['FACT', 'EXPECTED', 'SEEN', 'VERDICT'], rows),
      ...meanings(findings, kind),
    ];
  });
}

/** What the results mean for a team. */
function meanings(findings: readonly Finding[], kind: FindingKind): readonly string[] {
  const lines = findings.flatMap((finding) =>
    finding.kind === kind && finding.meaning !== undefined ? [`  ${finding.fact}: ${finding.meaning}`] : [],
  );
  return lines.length === 0 ? [] : ['', 'What it means for you', ...lines];
}

function summary(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length;
  return `\n${count('ok')} ok, ${count('differs')} differ, ${count('broken')} broken, ${count('not measured')} not measured.`;
}
