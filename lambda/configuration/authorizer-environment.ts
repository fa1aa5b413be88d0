import { REVOCATION_LEVELS, type RevocationLevel } from '../revocation/revocation-target.ts';
import type { TrustedIssuer } from '../token/trusted-issuer.ts';

/** What a deployment tells its authorizer, besides the routes. The stack and the handler share this type. */
export interface AuthorizerConfiguration {
  readonly issuers: readonly TrustedIssuer[];
  readonly revocationTable: string;
  /** DynamoDB's address in this Region and partition; CloudFormation knows it, so no code has to. */
  readonly revocationEndpoint: string;
  readonly revocationLevels: readonly RevocationLevel[];
  /** Claims handed to the backend: context name -> claim name. */
  readonly contextClaims: Readonly<Record<string, string>>;
}

/** Beside the bundle: issuers that the environment has no room for, as a `TrustedIssuer[]` in JSON. */
export const ISSUERS_FILE = 'issuers.json';

/** The authorizer function's own variables, as strings; AWS adds its `AWS_…` ones. */
export interface AuthorizerEnvironment {
  readonly ISSUERS: string;
  readonly REVOCATION_TABLE: string;
  readonly REVOCATION_ENDPOINT: string;
  readonly REVOCATION_LEVELS: string;
  readonly CONTEXT_CLAIMS: string;
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
  };
}

/**
 * @param readFile the text of a file that lies beside the bundle
 * @throws Error naming the variable: API Gateway then answers 500, which is true: nothing can be known.
 */
export function configurationFrom(
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (name: string) => string,
): AuthorizerConfiguration {
  const issuers = JSON.parse(required(environment, 'ISSUERS')) as readonly TrustedIssuer[];
  const { ISSUERS_FILE: file } = environment;
  return {
    issuers: file === undefined ? issuers : [...issuers, ...(JSON.parse(readFile(file)) as readonly TrustedIssuer[])],
    revocationTable: required(environment, 'REVOCATION_TABLE'),
    revocationEndpoint: required(environment, 'REVOCATION_ENDPOINT'),
    revocationLevels: required(environment, 'REVOCATION_LEVELS').split(',').map(asRevocationLevel),
    contextClaims: JSON.parse(required(environment, 'CONTEXT_CLAIMS')) as Record<string, string>,
  };
}

function required(
  environment: Readonly<Record<string, string | undefined>>,
  name: keyof AuthorizerEnvironment,
): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`);
  return value;
}

function asRevocationLevel(name: string): RevocationLevel {
  const level = REVOCATION_LEVELS.find((known) => known === name);
  if (level === undefined) throw new Error(`REVOCATION_LEVELS names "${name}", which is not a revocation level.`);
  return level;
}
