import type { InspectedIssuer } from '../revocation/entry-finding.ts';
import type { RevocationLevel } from '../revocation/revocation-target.ts';

/** A stage whose result cache is flushed. */
export interface FlushedStage {
  readonly restApiId: string;
  readonly stageName: string;
}

/** The variable for the address of API Gateway's management API in this Region and partition; CloudFormation knows it. */
export const API_GATEWAY_ENDPOINT = 'API_GATEWAY_ENDPOINT';

/** `at-once` flushes and inspects as soon as the stream delivers; `settled` flushes when every decision in flight has landed. */
export const FLUSH_MODES = ['at-once', 'settled'] as const;

export type FlushMode = (typeof FLUSH_MODES)[number];

/** What a deployment tells its flusher. The stack and the handler share this type. Times in seconds. */
export interface FlusherConfiguration {
  readonly mode: FlushMode;
  readonly stages: readonly FlushedStage[];
  /** The age at which an entry finds no decision in flight that was made without it. */
  readonly settleTime: number;
  /** The age of an entry from which its flush is given up: every decision made without it has left the cache anyway. */
  readonly giveUpAge: number;
  readonly issuers: readonly InspectedIssuer[];
  readonly revocationTable: string;
  /** DynamoDB's address in the Region of the table. */
  readonly revocationEndpoint: string;
  readonly revocationLevels: readonly RevocationLevel[];
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
  };
}

/** Callers have whole issuers; four kilobytes of environment have no room for them. */
function inspectedPart(issuer: InspectedIssuer): InspectedIssuer {
  const { alias, formerAliases, maxTokenAge, clockTolerance, tokensWithoutId } = issuer;
  const former = formerAliases === undefined ? {} : { formerAliases };
  return { alias, ...former, maxTokenAge, clockTolerance, tokensWithoutId };
}

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws Error naming the variable: no batch is then taken, and Lambda drops the entries in the end, which rings an alarm. */
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
    throw new Error(`The environment variable ${name} is no number of seconds.`);
  return seconds;
}

function required(environment: Variables, name: keyof FlusherEnvironment): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`);
  return value;
}
