import type { SignatureScope } from '../network/aws-signature.ts';
import type { InspectedIssuer } from '../revocation/entry-finding.ts';
import { REVOCATION_LEVELS, type RevocationLevel } from '../revocation/revocation-level.ts';
import type { ClaimPath } from '../token/claim-path.ts';
import { hasMailAlias } from '../token/subject-alias.ts';
import type { TrustedIssuer } from '../token/trusted-issuer.ts';

/** What a deployment tells its authorizer, besides the routes. The stack and the handler share this type. */
export interface AuthorizerConfiguration {
  readonly issuers: readonly TrustedIssuer[];
  readonly revocationTable: string;
  /** DynamoDB's address in this Region and partition, which CloudFormation knows. */
  readonly revocationEndpoint: string;
  readonly revocationLevels: readonly RevocationLevel[];
  /** Claims handed to the backend: context name -> claim name. */
  readonly contextClaims: Readonly<Record<string, string>>;
  /** Claims at whose values entries revoke: the deployment's name -> path. Left out: none, or an older deployment. */
  readonly revocationClaims?: Readonly<Record<string, ClaimPath>>;
}

/** The file next to the bundle with issuers that the environment has no room for, as a `TrustedIssuer[]` in JSON. */
export const ISSUERS_FILE = 'issuers.json';

/** The authorizer function's own variables, as strings; AWS adds its `AWS_…` ones. */
export interface AuthorizerEnvironment {
  readonly ISSUERS: string;
  readonly REVOCATION_TABLE: string;
  readonly REVOCATION_ENDPOINT: string;
  readonly REVOCATION_LEVELS: string;
  readonly CONTEXT_CLAIMS: string;
  /** In JSON. @default none: the deployment revokes by no claim of its own */
  readonly REVOCATION_CLAIMS?: string;
  /** The name of the file with more issuers. @default none: all are in `ISSUERS` */
  readonly ISSUERS_FILE?: string;
}

/** Values may hold CDK tokens: they are resolved inside the strings at deployment. */
export function environmentOf(configuration: AuthorizerConfiguration): AuthorizerEnvironment {
  return {
    ISSUERS: JSON.stringify(configuration.issuers),
    REVOCATION_TABLE: configuration.revocationTable,
    REVOCATION_ENDPOINT: configuration.revocationEndpoint,
    REVOCATION_LEVELS: configuration.revocationLevels.join(','),
    CONTEXT_CLAIMS: JSON.stringify(configuration.contextClaims),
    ...(configuration.revocationClaims !== undefined && {
      REVOCATION_CLAIMS: JSON.stringify(configuration.revocationClaims),
    }),
  };
}

/**
 * @param readFile the text of a file next to the bundle
 * @throws Error naming the variable: API Gateway then answers with 500
 */
export function configurationFrom(environment: Variables, readFile: (name: string) => string): AuthorizerConfiguration {
  const issuers = JSON.parse(required(environment, 'ISSUERS')) as readonly TrustedIssuer[];
  const { ISSUERS_FILE: file, REVOCATION_CLAIMS: claims } = environment;
  return {
    issuers: file === undefined ? issuers : [...issuers, ...(JSON.parse(readFile(file)) as readonly TrustedIssuer[])],
    revocationTable: required(environment, 'REVOCATION_TABLE'),
    revocationEndpoint: required(environment, 'REVOCATION_ENDPOINT'),
    revocationLevels: required(environment, 'REVOCATION_LEVELS').split(',').map(asRevocationLevel),
    contextClaims: JSON.parse(required(environment, 'CONTEXT_CLAIMS')) as Record<string, string>,
    ...(claims !== undefined && { revocationClaims: JSON.parse(claims) as Record<string, ClaimPath> }),
  };
}

function asRevocationLevel(name: string): RevocationLevel {
  const level = REVOCATION_LEVELS.find((known) => known === name);
  if (level === undefined) throw new Error(`REVOCATION_LEVELS names "${name}", which is not a revocation level.`);
  return level;
}

/** A stage of a REST API whose result cache is flushed. */
export interface FlushedRestStage {
  /** `api.restApiId` of the API. */
  readonly restApiId: string;
  /** `stage.stageName` of the stage. */
  readonly stageName: string;
}

/** A stage of an HTTP API whose result cache is flushed. */
export interface FlushedHttpStage {
  /** `api.apiId` of the API. */
  readonly httpApiId: string;
  /** `stage.stageName` of the stage, `$default` too. */
  readonly stageName: string;
}

/** A stage whose result cache is flushed. */
export type FlushedStage = FlushedRestStage | FlushedHttpStage;

/** The id of a flushed stage's API. */
export function apiIdOf(stage: FlushedStage): string {
  return 'httpApiId' in stage ? stage.httpApiId : stage.restApiId;
}

/** The variable for the address of API Gateway's management API in this Region and partition; CloudFormation knows it. */
export const API_GATEWAY_ENDPOINT = 'API_GATEWAY_ENDPOINT';

/** `at-once` flushes and inspects as soon as the stream delivers; `settled` flushes when every decision in flight has landed. */
export type FlushMode = 'at-once' | 'settled';

export const FLUSH_MODES: readonly FlushMode[] = ['at-once', 'settled'];

/** What a deployment tells its flusher. The stack and the handler share this type. Times in seconds. */
export interface FlusherConfiguration {
  readonly mode: FlushMode;
  readonly stages: readonly FlushedStage[];
  /** The age of an entry from which no decision that was made without it is in flight. */
  readonly settleTime: number;
  /** The age of an entry from which its flush is given up: every decision made without it has left the cache anyway. */
  readonly giveUpAge: number;
  readonly issuers: readonly InspectedIssuer[];
  readonly revocationTable: string;
  /** DynamoDB's address in the Region of the table. */
  readonly revocationEndpoint: string;
  readonly revocationLevels: readonly RevocationLevel[];
  /** The names of the claims at whose values entries revoke. */
  readonly revocationClaims: readonly string[];
}

/** The flusher functions' own variables, as strings; AWS adds its `AWS_…` ones. */
export interface FlusherEnvironment {
  readonly MODE: string;
  readonly STAGES: string;
  readonly SETTLE_SECONDS: string;
  readonly GIVE_UP_SECONDS: string;
  readonly ISSUERS: string;
  readonly REVOCATION_TABLE: string;
  readonly REVOCATION_ENDPOINT: string;
  readonly REVOCATION_LEVELS: string;
  /** @default none: the deployment revokes by no claim of its own */
  readonly REVOCATION_CLAIMS?: string;
}

/** Values may hold CDK tokens: they are resolved inside the strings at deployment. */
export function flusherEnvironmentOf(configuration: FlusherConfiguration): FlusherEnvironment {
  return {
    MODE: configuration.mode,
    STAGES: JSON.stringify(configuration.stages),
    SETTLE_SECONDS: String(configuration.settleTime),
    GIVE_UP_SECONDS: String(configuration.giveUpAge),
    ISSUERS: JSON.stringify(configuration.issuers.map(inspectedPart)),
    REVOCATION_TABLE: configuration.revocationTable,
    REVOCATION_ENDPOINT: configuration.revocationEndpoint,
    REVOCATION_LEVELS: configuration.revocationLevels.join(','),
    ...(configuration.revocationClaims.length > 0 && { REVOCATION_CLAIMS: configuration.revocationClaims.join(',') }),
  };
}

/** The part of an issuer that the inspection needs: 4 KB of environment have no room for whole issuers. */
function inspectedPart(issuer: InspectedIssuer): InspectedIssuer {
  const { alias, formerAliases, maxTokenAge, clockTolerance, tokensWithoutId, subjectAliases } = issuer;
  const former = formerAliases === undefined ? {} : { formerAliases };
  // Only e-mail addresses have a form that an entry can miss.
  const aliases = subjectAliases !== undefined && hasMailAlias(issuer) ? { subjectAliases } : {};
  return { alias, ...former, maxTokenAge, clockTolerance, tokensWithoutId, ...aliases };
}

/** @throws Error naming the variable: no batch is taken then, and Lambda drops the entries in the end, which rings an alarm. */
export function flusherConfigurationFrom(environment: Variables): FlusherConfiguration {
  return {
    mode: modeOf(required(environment, 'MODE')),
    stages: JSON.parse(required(environment, 'STAGES')) as readonly FlushedStage[],
    settleTime: secondsOf(environment, 'SETTLE_SECONDS'),
    giveUpAge: secondsOf(environment, 'GIVE_UP_SECONDS'),
    issuers: JSON.parse(required(environment, 'ISSUERS')) as readonly InspectedIssuer[],
    revocationTable: required(environment, 'REVOCATION_TABLE'),
    revocationEndpoint: required(environment, 'REVOCATION_ENDPOINT'),
    revocationLevels: required(environment, 'REVOCATION_LEVELS').split(',') as readonly RevocationLevel[],
    revocationClaims: environment.REVOCATION_CLAIMS?.split(',') ?? [],
  };
}

function modeOf(name: string): FlushMode {
  const mode = FLUSH_MODES.find((known) => known === name);
  if (mode === undefined) throw new Error(`MODE is "${name}"; it must be one of ${FLUSH_MODES.join(', ')}.`);
  return mode;
}

function secondsOf(environment: Variables, name: keyof FlusherEnvironment): number {
  const seconds = Number(required(environment, name));
  if (!(Number.isFinite(seconds) && seconds >= 0))
    throw new Error(`The environment variable ${name} is not a number of seconds.`);
  return seconds;
}

/** The variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The Region and the credentials that Lambda gives a function. @throws Error naming the variable that is missing */
export function awsAccessFrom(environment: Variables): Omit<SignatureScope, 'service'> {
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  return {
    region: required(environment, 'AWS_REGION'),
    credentials: {
      accessKeyId: required(environment, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: required(environment, 'AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken !== undefined && { sessionToken }),
    },
  };
}

/** @throws Error naming the variable that is missing or empty */
export function required(environment: Variables, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`);
  return value;
}
