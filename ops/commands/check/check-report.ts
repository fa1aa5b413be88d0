import type { RejectionReason } from '../../../lambda/errors.ts';
import { type CompiledRoute, nameOf as nameOfRoute } from '../../../lambda/policy/route.ts';
import type { EntryItem } from '../../../lambda/revocation/revocation.ts';
import type { RevocationTarget } from '../../../lambda/revocation/revocation-target.ts';
import { formatInstant } from '../../../lambda/token/numeric-date.ts';
import { formatFromNow } from '../../cli/instant.ts';
import type { Report } from '../../cli/program.ts';
import { printable, shellWord } from '../../cli/terminal-text.ts';
import type { Tone } from '../../cli/tone.ts';
import { valueInWords } from '../../entry/claim-words.ts';
import { authorshipOf, entryDocument, nameOf, tokensOf } from '../../entry/entry-text.ts';
import { apisInWords, type RouteTable } from '../../routes/route-tables.ts';
import { LOST_OF_TOKEN, lossMembers, type TokenLosses, tokenLossLines } from '../../routes/token-losses.ts';
import type { RegionalStack } from '../../stack/revocation-stack.ts';
import { counted } from '../../text/counted.ts';
import { mismatchLines } from '../../text/mismatch-lines.ts';
import { textTable } from '../../text/text-table.ts';
import { type ComparedPart, HEADER_PART, mismatchesIn } from './comparison/compared-token.ts';
import { REJECTION_TEXTS, STEPS, type Step, stepOf } from './comparison/rejection-text.ts';
import type { Verdict } from './token-verdict.ts';

/** All findings of `check`. */
export interface Checked {
  readonly verdict: Verdict;
  readonly parts: readonly ComparedPart[];
  readonly entries: readonly {
    readonly target: RevocationTarget;
    readonly item: EntryItem;
    readonly revokes: boolean;
    /** The token's claims that have the entry's value, where the deployment decides which are compared; else empty. */
    readonly claims: readonly string[];
  }[];
  /** Why the entries could not be read, where the verdict does not depend on them; undefined: they were read. */
  readonly unread: string | undefined;
  readonly routes: readonly CompiledRoute[];
  /** The token's scopes that open a route. */
  readonly openingScopes: readonly string[];
  /** One for APIs of both kinds, or one for each kind where they differ. */
  readonly losses: readonly LossesOnApis[];
}

interface LossesOnApis extends Pick<RouteTable, 'apis'> {
  /** Undefined: the deployment's description has no losses. */
  readonly losses: TokenLosses | undefined;
}

interface StepResult {
  readonly step: Step;
  readonly outcome: 'passed' | 'failed' | 'not reached';
  readonly detail: string;
}

/** Reports the findings of `check`. `now`: seconds since the epoch. `columns`: the terminal's width, if there is one. */
export function checkReport(
  checked: Checked,
  region: RegionalStack,
  { now, columns }: { readonly now: number; readonly columns?: number | undefined },
): Report {
  const steps = stepResults(checked, now);
  const rows = steps.map(({ step, outcome, detail }) => [step, outcome, detail]);
  const status = statusOf(checked);
  return {
    text: [
      `Verdict: ${verdictText(checked, status)}`,
      ...mismatchLines(mismatchesIn(checked.parts), columns),
      textTable(['STEP', 'OUTCOME', ''], rows, columns),
      ...checked.entries.map((entry) => entryLine(entry, now)),
      ...(status === 200 ? lossLines(checked, region) : []),
    ].join('\n'),
    tone: TONES[status],
    document: { command: 'check', region: region.region, status, ...documentOf(checked, steps, now) },
    exitCode: checked.verdict.obstacle === undefined ? 0 : 1,
  };
}

function documentOf(checked: Checked, steps: readonly StepResult[], now: number) {
  const { verdict, parts, entries, routes } = checked;
  const [losses, ofHttp] = checked.losses;
  return {
    reason: verdict.rejection ?? null,
    obstacle: verdict.obstacle ?? null,
    mismatches: mismatchesIn(parts),
    parts,
    steps,
    token: tokenDocument(checked),
    entries: entries.map(({ item, revokes, claims }) => ({ ...entryDocument(item, now), revokes, claims })),
    routes: routes.map(({ method, path, scopes }) => ({ method, path, scopes })),
    ...lossMembers(losses?.losses),
    ...(ofHttp !== undefined && { http: lossMembers(ofHttp.losses) }),
  };
}

/** Red: clients are rejected. Yellow: nobody knows, or the token is good and opens nothing. */
const TONES: Readonly<Record<ReturnType<typeof statusOf>, Tone>> = {
  200: 'good',
  401: 'bad',
  403: 'doubtful',
  500: 'doubtful',
};

/**
 * API Gateway's status for the authorizer's answer. 200 represents any answer of the backend. A client gets a 503 in place of
 * the 500 if the API has our gateway responses, which is not known here.
 */
function statusOf({ verdict, routes }: Checked): 200 | 401 | 403 | 500 {
  if (verdict.obstacle !== undefined) return 500;
  if (verdict.rejection !== undefined) return 401;
  return routes.length === 0 ? 403 : 200;
}

function verdictText({ verdict, parts, entries, routes }: Checked, status: number): string {
  if (verdict.obstacle !== undefined) {
    return `nobody can know (500, or 503 with our gateway responses): ${printable(verdict.obstacle)}.`;
  }
  if (verdict.rejection === undefined) {
    return status === 200
      ? `accepted; it opens ${counted(routes.length, 'route')}.`
      : 'accepted, but its scopes open no route (403).';
  }
  const isRevokedToo = verdict.rejection !== 'revoked' && entries.some(({ revokes }) => revokes);
  return `rejected (401): ${rejectionText(verdict.rejection, parts)}${isRevokedToo ? ' It is revoked as well.' : ''}`;
}

function stepResults(checked: Checked, now: number): readonly StepResult[] {
  const { rejection, obstacle, accessToken } = checked.verdict;
  const failed = obstacle === undefined ? stepOf(rejection) : accessToken === undefined ? 'key' : 'revocation';
  const failedAt = failed === undefined ? STEPS.length : STEPS.indexOf(failed);
  return STEPS.map((step, index) => {
    if (index === failedAt) return { step, outcome: 'failed', detail: failure(checked) };
    // A token that only the clock rejects was verified as of its own time, so the other steps are known.
    const isPassed = index < failedAt && !(failed === 'times' && step === 'claims');
    const isKnown = isPassed || (accessToken !== undefined && obstacle === undefined);
    if (!isKnown) return { step, outcome: 'not reached', detail: '' };
    if (step === 'revocation' && checked.unread !== undefined) {
      return { step, outcome: 'not reached', detail: checked.unread };
    }
    const isRevoked = step === 'revocation' && checked.entries.some(({ revokes }) => revokes);
    return { step, outcome: isRevoked ? 'failed' : 'passed', detail: detailOf(step, checked, now) };
  });
}

function failure({ verdict: { rejection, obstacle }, parts }: Checked): string {
  if (rejection === undefined) return obstacle ?? '';
  const causes = causesIn(parts);
  return causes === '' ? REJECTION_TEXTS[rejection] : `${causes}: see above`;
}

/** `It was issued for another API (aud).` */
function rejectionText(rejection: RejectionReason, parts: readonly ComparedPart[]): string {
  const causes = causesIn(parts);
  return causes === '' ? REJECTION_TEXTS[rejection] : REJECTION_TEXTS[rejection].replace(/\.$/, ` (${causes}).`);
}

function causesIn(parts: readonly ComparedPart[]): string {
  return parts.flatMap(({ name, isCause }) => (isCause ? [name] : [])).join(', ');
}

function detailOf(step: Step, { verdict, parts, entries, routes }: Checked, now: number): string {
  const token = verdict.accessToken;
  if (token === undefined) return unverifiedDetail(step, parts);
  const details: Partial<Record<Step, string>> = {
    issuer: token.issuerAlias,
    key: token.keyId,
    times: `issued ${formatInstant(token.issuedAt)}, ends ${formatFromNow(token.expiresAt, now)}`,
    header: unverifiedDetail('header', parts),
    claims: claimsText(token),
    revocation: entries.some(({ revokes }) => revokes) ? 'an entry revokes it: see below' : 'no entry revokes it',
    routes: routes.map(nameOfRoute).join(', ') || 'its scopes open no route',
  };
  return details[step] ?? '';
}

/** What a step has found, in a token of which the later steps are not known. */
function unverifiedDetail(step: Step, parts: readonly ComparedPart[]): string {
  const shown = parts.filter((part) => part.step === step && part.matches && part.name !== HEADER_PART);
  return shown.map(({ name, found }) => `${name} ${found}`).join(', ');
}

function claimsText(token: NonNullable<Verdict['accessToken']>): string {
  const { subject, subjects, clientId, revocationClaims, sessionId, jwtId, scopes } = token;
  const others = subjects.filter((name) => name !== subject).join(' and ') || undefined;
  const named = Object.entries({ subject, also: others, client: clientId, session: sessionId, id: jwtId });
  const present = named.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  const claims = revocationClaims.map((value) => valueInWords({ prefix: 'clm', value }));
  return [...present, ...claims, `scopes ${[...scopes].join(' ') || '(none)'}`].join(', ');
}

function tokenDocument({ verdict }: Checked) {
  const token = verdict.accessToken;
  if (token === undefined) return null;
  const { issuerAlias, subject, subjects, clientId, sessionId, jwtId, keyId, scopes, issuedAt, expiresAt } = token;
  const claims = token.revocationClaims.map((value) => valueInWords({ prefix: 'clm', value }));
  const ids = { clientId: clientId ?? null, sessionId: sessionId ?? null, jwtId: jwtId ?? null, keyId };
  return { issuer: issuerAlias, subject, subjects, claims, ...ids, scopes: [...scopes], issuedAt, expiresAt };
}

/** Maximum number of lost requests to show: `routes` lists them all. */
const MAX_LOST_SHOWN = 5;

function lossLines({ losses, openingScopes }: Checked, { flags, caller }: RegionalStack): readonly string[] {
  const command = caller(`routes --scope ${shellWord(openingScopes.join(' '))} ${flags}`);
  return losses.flatMap(({ apis, losses: onApis }) => {
    const lines = (onApis?.listed ?? []).flatMap(tokenLossLines);
    if (lines.length === 0) return [];
    const more = lines.length > MAX_LOST_SHOWN ? [`… and ${lines.length - MAX_LOST_SHOWN} more: ${command}`] : [];
    const heading = losses.length === 1 ? LOST_OF_TOKEN : `${apisInWords(apis)}: ${LOST_OF_TOKEN}`;
    return [heading, ...[...lines.slice(0, MAX_LOST_SHOWN), ...more].map((line) => `  ${printable(line)}`)];
  });
}

function entryLine({ target, item, revokes, claims }: Checked['entries'][number], now: number): string {
  const entry = entryDocument(item, now);
  const tokens = tokensOf(target, typeof entry.before === 'number' ? entry.before : undefined);
  const by = claims.length === 0 ? '' : ` (the token's ${claims.join(' and ')})`;
  return `${revokes ? 'REVOKED BY' : 'Spared by'} ${nameOf(target)}${by}: ${tokens}; ${authorshipOf(entry)}.`;
}
