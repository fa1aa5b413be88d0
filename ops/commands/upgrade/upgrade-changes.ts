import type { AuthorizerDescription } from '../../../lambda/configuration/authorizer-description.ts';
import { isKnownAs, type TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { printable } from '../../cli/terminal-text.ts';
import { claimInWords } from '../../entry/claim-words.ts';
import { isKnown, type NextDeployment } from '../../stack/next-deployment.ts';
import type { RegionalStack } from '../../stack/revocation-stack.ts';

/** An effect of a deployment on entries that revoke now. */
export interface Change {
  readonly kind: 'another-table' | 'another-issuer' | 'other-claims' | 'longer-life' | 'unknown-alias' | 'not-read';
  readonly sentence: string;
  /** The number of affected entries; undefined: all that the sentence names. */
  readonly entries?: number;
}

/** The change if the next deployment reads another table than the present one. */
export function tableChange(
  { table: present, region }: Pick<RegionalStack, 'table' | 'region'>,
  { table }: Pick<NextDeployment, 'table'>,
): readonly Change[] {
  if (table === undefined || isSameTable(present, table)) return [];
  const next = 'name' in table ? `reads the table ${table.name}` : 'makes a new, empty table';
  const sentence =
    `The deployment ${next}, so that every entry of ${present} in ${region} revokes nothing: keep the names of stack and ` +
    'construct, or give that table as revocationTable.';
  return [{ kind: 'another-table', sentence }];
}

/** Whether the table is the present one. CloudFormation names a table after stack and logical id (user guide, "Name type"). */
function isSameTable(present: string, table: NonNullable<NextDeployment['table']>): boolean {
  if ('name' in table) return table.name === present;
  const { logicalId, stackName } = table;
  if (stackName === undefined) return present.endsWith(`-${logicalId}`) || present.includes(`-${logicalId}-`);
  return present === `${stackName}-${logicalId}` || present.startsWith(`${stackName}-${logicalId}-`);
}

/** The changes for entries that both deployments read, by issuer. */
export function issuerChanges(present: AuthorizerDescription, next: AuthorizerDescription): readonly Change[] {
  return present.configuration.issuers.flatMap((issuer) => {
    const successor = next.configuration.issuers.find((each) => isKnownAs(each, issuer.alias));
    if (successor === undefined) return [];
    return [anotherIssuer, otherClaims, fewerAliases, longerLife].flatMap((change) => change(issuer, successor) ?? []);
  });
}

type Comparison = (present: TrustedIssuer, next: TrustedIssuer) => Change | undefined;

const anotherIssuer: Comparison = ({ alias, issuer }, next) => {
  if (issuer === next.issuer || !isKnown(next.issuer)) return undefined;
  const sentence = `The alias ${alias} is ${printable(issuer)} now and would be ${printable(next.issuer)}, so that entries of ${alias} revoke tokens of another issuer: give that one a new alias.`;
  return { kind: 'another-issuer', sentence };
};

const otherClaims: Comparison = ({ alias, claimNames: { scopes: _scopes, ...named } }, next) => {
  const names = (Object.keys(named) as (keyof typeof named)[]).filter(
    (name) => String(named[name]) !== String(next.claimNames[name]),
  );
  if (names.length === 0) return undefined;
  const sentence = `The claims of ${alias} that hold ${names.join(' and ')} change, so that entries written from the old claims may match no token.`;
  return { kind: 'other-claims', sentence };
};

const fewerAliases: Comparison = ({ alias, subjectAliases = [] }, next) => {
  const kept = (next.subjectAliases ?? []).map(claimInWords);
  const gone = subjectAliases.map(claimInWords).filter((claim) => !kept.includes(claim));
  if (gone.length === 0) return undefined;
  const sentence = `Entries of the subject level of ${alias} would not count for the claim ${printable(gone.join(' or '))} any more: keep it in subjectAliases, or revoke by \`sub\` first.`;
  return { kind: 'other-claims', sentence };
};

const longerLife: Comparison = ({ alias, maxTokenAge, clockTolerance }, next) => {
  const life = maxTokenAge + clockTolerance;
  const nextLife = next.maxTokenAge + next.clockTolerance;
  if (nextLife <= life) return undefined;
  const sentence = `Tokens of ${alias} would live ${nextLife} s after they were issued, and ${life} s now: entries may have been purged that revoked them. Run \`revoke issuer ${alias}\` first, or wait until the oldest token has ended.`;
  return { kind: 'longer-life', sentence };
};

/** The changes of the claims at whose values entries revoke. Those that are left out show in their entries. */
export function claimChanges(
  { configuration: { revocationClaims: present = {} } }: AuthorizerDescription,
  { configuration: { revocationClaims: next = {} } }: AuthorizerDescription,
): readonly Change[] {
  const successors = new Map(Object.entries(next));
  return Object.entries(present).flatMap(([name, path]) => {
    const successor = successors.get(name);
    const [now, then] = [claimInWords(path), successor && claimInWords(successor)];
    if (then === undefined || then === now) return [];
    const sentence = `The claim ${name} is ${printable(now)} now and would be ${printable(then)}, so that entries written from the old one may match no token.`;
    return [{ kind: 'other-claims' as const, sentence }];
  });
}
