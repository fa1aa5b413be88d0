import { isDeepStrictEqual } from 'node:util';
import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import { Grants } from '../../lambda/policy/grants.ts';
import { minimalHoldings } from '../../lambda/policy/lost-requests.ts';
import { isShortened, lostByShortening, policyDocument } from '../../lambda/policy/policy-document.ts';
import { type CompiledRoute, nameOf } from '../../lambda/policy/route.ts';
import type { Report } from '../cli/program.ts';
import { printable } from '../cli/terminal-text.ts';
import { counted } from '../text/counted.ts';
import { textTable } from '../text/text-table.ts';
import { apiKindsOf, apisInWords, type DescribedRoutes, type RouteTable, routeTablesOf } from './route-tables.ts';
import {
  describedLosses,
  isOpenTo,
  LOST_OF_TOKEN,
  lossDocument,
  lossesWith,
  lossMembers,
  type TokenLoss,
  type TokenLosses,
  tokenLossLines,
} from './token-losses.ts';

/** The part of a deployment's description that `npm run routes` needs. */
export type DescribedTable = DescribedRoutes & Pick<AuthorizerDescription, 'cachePer'>;

/** What is reported of one table. */
interface TableReport extends Pick<RouteTable, 'apis'> {
  readonly text: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * Reports who may call which route. Where REST APIs and HTTP APIs differ, both are reported, and the members of the HTTP APIs stand in
 * the member `http` of the document.
 * @param scopes - the scopes of one token; undefined: the whole table is reported
 */
export function routesReport(description: DescribedTable, scopes: readonly string[] | undefined): Report {
  const tables = routeTablesOf(description);
  const reports =
    scopes === undefined
      ? tables.map((table) => ({ ...wholeTable(table), apis: table.apis }))
      : tables
          .flatMap(byKind)
          .map((table) => ({ ...grantedTo(table, description.cachePer, scopes), apis: table.apis }));
  const [first, second] = reports;
  const other = isDeepStrictEqual(first?.members, second?.members) ? undefined : second;
  return {
    text: textOf(reports),
    document: {
      command: 'routes',
      ...(scopes !== undefined && { scopes }),
      apis: apiKindsOf(description),
      ...first?.members,
      ...(other !== undefined && { http: other.members }),
    },
    exitCode: 0,
  };
}

/** One table for each kind: even where both select alike, policies for HTTP APIs may deny encoded paths. */
function byKind(table: RouteTable): readonly RouteTable[] {
  return table.apis.map((api) => ({ ...table, apis: [api] }));
}

/** The texts of all tables, each below the names of its APIs where there are several kinds. A text that both share stands once. */
function textOf(reports: readonly TableReport[]): string {
  const apis = reports.flatMap((report) => report.apis);
  const [first] = reports;
  const areAlike = reports.every(({ text }) => text === first?.text);
  if (apis.length === 1 || first === undefined) return first?.text ?? '';
  const shown = areAlike ? [{ ...first, apis }] : reports;
  return shown.map((report) => `${apisInWords(report.apis)}:\n\n${report.text}`).join('\n\n');
}

function wholeTable(table: RouteTable): Omit<TableReport, 'apis'> {
  const { routes } = table;
  const losses = describedLosses(table);
  const scopes = [...new Set(routes.flatMap((route) => route.scopes))].sort();
  const columns = [...scopes.map((scope) => [scope]), []].map((held) => columnOf(losses, new Set(held)));
  const rows = routes.map((route) => [route.method, route.path, ...columns.map((cellOf) => cellOf(route))]);
  const lost = lossLines(losses, lineWithHolders, {
    some: 'These requests get 403 although the token may call the route:',
    none: 'No token loses a request of a route that it may call.',
  });
  return {
    text: [textTable(['METHOD', 'PATH', ...scopes, '(no scope)'], rows), '', ...lost].join('\n'),
    members: {
      routes: routes.map(({ method, path, scopes }) => ({ method, path, scopes })),
      ...lossMembers(losses, (loss) => ({ ...lossDocument(loss), scopes: minimalHoldings(loss) })),
    },
  };
}

/** The cells of a token with exactly these scopes. */
function columnOf(losses: TokenLosses | undefined, scopes: ReadonlySet<string>): (route: CompiledRoute) => string {
  const own = lossesWith(scopes, losses?.listed ?? []);
  const partly = new Set(own.map(({ route }) => route));
  const lost = new Set(
    own.filter(({ route, inWords }) => inWords.includes(`${route.method} ${route.path}`)).map(({ route }) => route),
  );
  return (route) => {
    if (!isOpenTo(route, scopes)) return '-';
    if (lost.has(route)) return 'lost';
    return partly.has(route) ? 'partly' : 'yes';
  };
}

/** Maximum number of scope sets in a line; the others are counted. */
const MAX_HOLDINGS = 5;

function lineWithHolders(loss: TokenLoss): readonly string[] {
  const holdings = minimalHoldings(loss).map((held) => `with ${held.length === 0 ? 'no scope' : held.join(' ')}`);
  const rest =
    holdings.length > MAX_HOLDINGS
      ? [`with ${counted(holdings.length - MAX_HOLDINGS, 'more set', 'more sets')} of scopes`]
      : [];
  const holders = [...holdings.slice(0, MAX_HOLDINGS), ...rest].join(', or ');
  return loss.inWords.map((words) => `${words} (${loss.kind}), ${holders}, without a scope of ${nameOf(loss.denied)}`);
}

/** A placeholder for the deployment's own stage ARN. */
const STAGE_ARN = 'arn:aws:execute-api:REGION:ACCOUNT:API/STAGE';

/** A stage ARN of the usual length. In the deployment, the length of its own ARN decides whether a policy is shortened. */
const USUAL_STAGE_ARN = 'arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/prod';

function grantedTo(
  table: RouteTable,
  cachePer: DescribedTable['cachePer'],
  scopes: readonly string[],
): Omit<TableReport, 'apis'> {
  const { routes } = table;
  const held = new Set(scopes);
  const grant = new Grants(routes, table.apis[0]).routesGrantedBy(held);
  const isShort = cachePer !== 'route' && isShortened(grant, USUAL_STAGE_ARN);
  const written = policyDocument(grant, isShort ? USUAL_STAGE_ARN : STAGE_ARN, 0);
  const policy = cachePer === 'route' ? null : endingWithToken(written);
  const methodsLostInPaths = isShort ? lostByShortening(grant) : [];
  const ofTable = describedLosses(table);
  const losses = ofTable && { ...ofTable, listed: lossesWith(held, ofTable.listed) };
  const lost = lossLines(losses, tokenLossLines, {
    some: LOST_OF_TOKEN,
    none: 'It loses no request of them.',
  });
  const title = `A token with ${scopes.length === 0 ? 'no scope' : scopes.join(' ')} may call ${grant.routes.length} of ${counted(routes.length, 'route')}:`;
  const granted = grant.routes.map(({ method, path }) => ({ method, path }));
  return {
    text: [
      title,
      ...grant.routes.map((route) => `  ${nameOf(route)}`),
      ...['', ...lost, ...shorteningLines(methodsLostInPaths), ''],
      policy === null ? OWN_POLICIES : JSON.stringify(policy, null, 2),
    ].join('\n'),
    members: { routes: granted, ...lossMembers(losses), methodsLostInPaths, policy },
  };
}

function shorteningLines(methods: readonly string[]): readonly string[] {
  if (methods.length === 0) return [];
  return [
    `Its policy is long, so its patterns name no stage: requests with a path segment ${methods.join(' or ')}, and more ` +
      'after it, get 403.',
  ];
}

const OWN_POLICIES = "Each of these routes has a policy of its own, because cachePer is 'route'.";

/** The policy with a placeholder for the end of its Allow, which is the end of the token. */
function endingWithToken(policy: ReturnType<typeof policyDocument>): unknown {
  return JSON.parse(JSON.stringify(policy).replaceAll('1970-01-01T00:00:00Z', 'END-OF-TOKEN'));
}

const UNKNOWN =
  'Which requests tokens lose is not known: an earlier version made this deployment. Deploy it again to see them.';

function lossLines(
  losses: TokenLosses | undefined,
  linesOf: (loss: TokenLoss) => readonly string[],
  { some, none }: { readonly some: string; readonly none: string },
): readonly string[] {
  if (losses === undefined) return [UNKNOWN];
  const { listed, leftOut } = losses;
  const more = `… and ${counted(leftOut, 'more loss', 'more losses')} of the table: its deployment has no room to list them.`;
  const lines = [...listed.flatMap(linesOf).map(printable), ...(leftOut === 0 ? [] : [more])];
  return lines.length === 0 ? [none] : [some, ...lines.map((line) => `  ${line}`)];
}
