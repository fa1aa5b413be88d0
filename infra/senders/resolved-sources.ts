import type {
  CognitoSource,
  FlushPace,
  SignalSender,
  TokenRevocationSource,
} from '../../lambda/signal/signal-source.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { DeploymentError } from '../errors.ts';
import type {
  CognitoSourceSettings,
  SenderSettings,
  SignalSource,
  TokenRevocationSettings,
} from '../settings/signal-schema.ts';
import { nearestName } from '../settings/values/nearest-name.ts';
import { shown } from '../settings/values/shown-value.ts';
import { isKnownLater } from '../settings/values/validators.ts';

/** The sources of signals, by name. */
export type SignalSources = Readonly<Record<string, SignalSource>>;

/** An issuer whose tokens signals may revoke. */
export type RevocableIssuer = Pick<TrustedIssuer, 'alias' | 'issuer'>;

/** The sources as the receiver of signals reads them. */
export interface ResolvedSources {
  readonly senders: readonly SignalSender[];
  readonly cognito: readonly CognitoSource[];
  readonly tokenRevocation: TokenRevocationSource | undefined;
}

/** What decides what the sources leave open. */
export interface ResolvingContext {
  readonly issuers: readonly RevocableIssuer[];
  /** Whether entries flush the result cache. If not, the pace of every source is `never`. */
  readonly flush: boolean;
}

/**
 * The sources with their names, and with what they leave to their defaults.
 * @param sources - checked by `checkSources`
 * @throws DeploymentError for a source of which synth cannot tell whose tokens its signals revoke
 */
export function resolvedSources(sources: SignalSources, { issuers, flush }: ResolvingContext): ResolvedSources {
  const entriesOf = (name: string, source: SenderSettings | CognitoSourceSettings) => {
    const { alias, issuer } = revokedIssuer(name, source, issuers);
    return { tokenIssuer: issuer, entries: { name, issuerAlias: alias, pace: paceOf(source, flush) } };
  };
  const [tokenRevocation] = sourcesOf(sources, 'token-revocation');
  return {
    senders: sourcesOf(sources, 'sender').map(([name, sender]) => {
      const { tokenIssuer, entries } = entriesOf(name, sender);
      return resolvedSender(sender, { ...entries, subjectIssuers: [...new Set([sender.issuer, tokenIssuer])] });
    }),
    cognito: sourcesOf(sources, 'cognito').map(([name, pool]) => ({
      ...entriesOf(name, pool).entries,
      userPoolId: pool.userPoolId,
    })),
    tokenRevocation: tokenRevocation && resolvedTokenRevocation(tokenRevocation, flush),
  };
}

/** The sources of one kind. */
export function sourcesOf<Kind extends SignalSource['kind']>(
  sources: SignalSources,
  kind: Kind,
): readonly (readonly [name: string, source: Extract<SignalSource, { readonly kind: Kind }>])[] {
  return Object.entries(sources).flatMap(([name, source]) => (isOfKind(source, kind) ? [[name, source] as const] : []));
}

function isOfKind<Kind extends SignalSource['kind']>(
  source: SignalSource,
  kind: Kind,
): source is Extract<SignalSource, { readonly kind: Kind }> {
  return source.kind === kind;
}

function resolvedSender(
  { issuer, jwksUri, algorithms, clockTolerance, messages, namesSessions }: SenderSettings,
  resolved: Pick<SignalSender, 'name' | 'issuerAlias' | 'pace' | 'subjectIssuers'>,
): SignalSender {
  return { ...resolved, issuer, jwksUri, algorithms, clockTolerance, messages, namesSessions };
}

function resolvedTokenRevocation(
  [name, source]: readonly [string, TokenRevocationSettings],
  flush: boolean,
): TokenRevocationSource {
  return { name, pace: paceOf(source, flush), corsOrigins: source.corsOrigins };
}

function paceOf({ flush: pace }: SignalSource, flush: boolean): FlushPace {
  return flush ? pace : 'never';
}

/**
 * The issuer whose tokens the signals of a source revoke: the one that `tokensOf` names; else the one that sends the signals, or that has
 * the host of the sender, as a custom authorization server of Okta has; else the only one.
 * @throws DeploymentError where there is none, or where several would do
 */
function revokedIssuer(
  name: string,
  source: SenderSettings | CognitoSourceSettings,
  issuers: readonly RevocableIssuer[],
): RevocableIssuer {
  const possible = source.kind === 'cognito' ? issuersOfPool(name, source, issuers) : issuers;
  if (source.tokensOf !== undefined) return namedIssuer(`signals.${name}`, source.tokensOf, { issuers, possible });
  const [first, ...others] = source.kind === 'cognito' ? possible : nearestIssuers(source, issuers);
  if (first !== undefined && others.length === 0) return first;
  throw new DeploymentError(
    `signals.${name}.tokensOf is missing: write the alias of the issuer whose tokens its signals revoke, one of ${namesOf(issuers)}.`,
  );
}

function namedIssuer(
  path: string,
  tokensOf: string,
  { issuers, possible }: Readonly<Record<'issuers' | 'possible', readonly RevocableIssuer[]>>,
): RevocableIssuer {
  const named = possible.find(({ alias }) => alias === tokensOf);
  if (named !== undefined) return named;
  if (issuers.some(({ alias }) => alias === tokensOf)) {
    throw new DeploymentError(
      `${path}.tokensOf is ${shown(tokensOf)}: name the issuer that is this user pool, or leave it out.`,
    );
  }
  const nearest = nearestName(
    tokensOf,
    issuers.map(({ alias }) => alias),
  );
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  throw new DeploymentError(
    `${path}.tokensOf is ${shown(tokensOf)}: name an issuer of the deployment, one of ${namesOf(issuers)}${hint}.`,
  );
}

function nearestIssuers({ issuer }: SenderSettings, issuers: readonly RevocableIssuer[]): readonly RevocableIssuer[] {
  const same = issuers.filter((one) => one.issuer === issuer);
  if (same.length > 0) return same;
  const host = hostOf(issuer);
  const neighbours = issuers.filter((one) => host !== undefined && hostOf(one.issuer) === host);
  return neighbours.length > 0 ? neighbours : issuers;
}

/** Whether a sender is neither an issuer nor its host, and nothing says that it revokes the tokens of another one. */
export function isStranger({ issuer, tokensOf }: SenderSettings, issuers: readonly RevocableIssuer[]): boolean {
  const host = hostOf(issuer);
  return (
    tokensOf === undefined &&
    host !== undefined &&
    issuers.every((one) => ![host, undefined].includes(hostOf(one.issuer)))
  );
}

/** The issuers that are a user pool, or may be it: one of a pool that the deployment creates is known only then. */
function issuersOfPool(
  name: string,
  { userPoolId }: CognitoSourceSettings,
  issuers: readonly RevocableIssuer[],
): readonly RevocableIssuer[] {
  const certain = issuers.filter(({ issuer }) => issuer.endsWith(`/${userPoolId}`));
  if (certain.length > 0) return certain;
  const possible = issuers.filter(({ issuer }) => isKnownLater(userPoolId) || isKnownLater(issuer));
  if (possible.length > 0) return possible;
  throw new DeploymentError(
    `signals.${name}.userPoolId is ${shown(userPoolId)}: name a pool whose tokens the API accepts, because no issuer is this pool.`,
  );
}

/** The host of an address; of an issuer without a scheme, its text. undefined: known at deployment only. */
function hostOf(issuer: string): string | undefined {
  if (isKnownLater(issuer)) return undefined;
  return URL.canParse(issuer) ? new URL(issuer).host : issuer;
}

function namesOf(issuers: readonly RevocableIssuer[]): string {
  return issuers.map(({ alias }) => alias).join(', ');
}
