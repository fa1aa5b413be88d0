import { Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  type IUserPoolClient,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolClientIdentityProvider,
  type UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Route } from '../../lambda/policy/route.ts';
import { DeploymentError } from '../errors.ts';
import { suppressRules } from '../nag-suppressions.ts';
import type { IssuerSettings } from '../settings/deployment-schema.ts';
import { shown } from '../settings/values/shown-value.ts';
import { cognitoPool } from './cognito.ts';

/** The resource server's identifier: Cognito writes the scope `orders:read` of this API as `api/orders:read`. */
const RESOURCE_SERVER = 'api';

/** An app client can have 50 scopes (Cognito developer guide, "Quotas"), and the public one also has `openid`. */
const MAX_SCOPES = 49;

/** In characters (Cognito API reference, ResourceServerScopeType). */
const MAX_SCOPE_LENGTH = 256;

const ACCESS_TOKEN_VALIDITY = Duration.hours(1);

export interface CognitoUserPoolProps {
  readonly routes: readonly Route[];
  /** The addresses to which sign-in may send the browser back. */
  readonly callbackUrls: readonly string[];
  /** The addresses to which sign-out may send the browser back. */
  readonly logoutUrls: readonly string[];
}

/**
 * A user pool for teams without an authorization server of their own. Administrators invite its users. It has a machine client (client
 * credentials), a public client (authorization code with PKCE), and each scope that the routes name.
 */
export class CognitoUserPool extends Construct {
  readonly settings: IssuerSettings;
  readonly tokenEndpoint: string;
  readonly userPoolId: string;
  readonly machineClientId: string;
  readonly publicClientId: string;

  /** @throws DeploymentError where Cognito cannot serve the routes or the Region */
  constructor(scope: Construct, id: string, { routes, ...urls }: CognitoUserPoolProps) {
    super(scope, id);
    rejectChina(Stack.of(this).region);
    const pool = createUserPool(this);
    const scopes = createScopes(pool, scopeNames(routes));
    const machineClient = createMachineClient(pool, scopes);
    const publicClient = createPublicClient(pool, scopes, urls);
    this.settings = cognitoPool(pool.userPoolProviderUrl, {
      clients: [machineClient.userPoolClientId, publicClient.userPoolClientId],
      resourceServer: RESOURCE_SERVER,
      maxTokenAge: ACCESS_TOKEN_VALIDITY,
    });
    // GovCloud has FIPS endpoints only.
    const fips = Stack.of(this).region.startsWith('us-gov-');
    this.tokenEndpoint = `${createDomain(pool).baseUrl({ fips })}/oauth2/token`;
    this.userPoolId = pool.userPoolId;
    this.machineClientId = machineClient.userPoolClientId;
    this.publicClientId = publicClient.userPoolClientId;
  }
}

/** In China, "Amazon Cognito User Pools are not currently available" (Amazon Web Services in China, Cognito). */
function rejectChina(region: string): void {
  if (!region.startsWith('cn-')) return;
  throw new DeploymentError(`issuers is {}: name an issuer of your own, since ${region} has no Cognito user pools.`);
}

function createUserPool(scope: Construct): UserPool {
  const pool = new UserPool(scope, 'Pool', {
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    mfa: Mfa.REQUIRED,
    mfaSecondFactor: { otp: true, sms: false },
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  suppressRules(pool, 'AwsSolutions::AwsSolutions-COG8');
  return pool;
}

/** The scopes to create. A table without any gets `access`, because Cognito gives client credentials only to clients with a scope. */
function scopeNames(routes: readonly Route[]): readonly string[] {
  const named = [...new Set(routes.flatMap(({ scopes }) => scopes))];
  const slashed = named.find((name) => name.includes('/'));
  if (slashed !== undefined) {
    throw new DeploymentError(
      `routes ask for the scope "${slashed}": leave out the slash, which Cognito keeps for itself.`,
    );
  }
  if (named.length > MAX_SCOPES) {
    throw new DeploymentError(
      `routes ask for ${named.length} scopes: name an issuer of your own, or ask for at most ${MAX_SCOPES}, since an app ` +
        'client of Cognito takes 50 and the public one also needs openid.',
    );
  }
  const long = named.find((name) => name.length > MAX_SCOPE_LENGTH);
  if (long !== undefined) {
    throw new DeploymentError(
      `routes ask for the scope ${shown(long)} of ${long.length} characters: shorten it, since Cognito takes ${MAX_SCOPE_LENGTH}.`,
    );
  }
  return named.length === 0 ? ['access'] : named;
}

function createScopes(pool: UserPool, names: readonly string[]): OAuthScope[] {
  const scopes = names.map((scopeName) => new ResourceServerScope({ scopeName, scopeDescription: scopeName }));
  const server = pool.addResourceServer('Api', { identifier: RESOURCE_SERVER, scopes });
  return scopes.map((scope) => OAuthScope.resourceServer(server, scope));
}

function createMachineClient(pool: UserPool, scopes: OAuthScope[]): IUserPoolClient {
  return pool.addClient('MachineClient', {
    generateSecret: true,
    oAuth: { flows: { clientCredentials: true }, scopes },
    accessTokenValidity: ACCESS_TOKEN_VALIDITY,
    enableTokenRevocation: true,
  });
}

/** A client without a secret, because no browser or mobile app can keep one. Clients must use PKCE themselves: Cognito does not demand it. */
function createPublicClient(
  pool: UserPool,
  scopes: OAuthScope[],
  { callbackUrls, logoutUrls }: Omit<CognitoUserPoolProps, 'routes'>,
): IUserPoolClient {
  return pool.addClient('PublicClient', {
    generateSecret: false,
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.OPENID, ...scopes],
      callbackUrls: [...callbackUrls],
      logoutUrls: [...logoutUrls],
    },
    supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
    accessTokenValidity: ACCESS_TOKEN_VALIDITY,
    refreshTokenValidity: Duration.days(7),
    preventUserExistenceErrors: true,
    // Needed for tokens to carry `origin_jti`, the session that entries can revoke.
    enableTokenRevocation: true,
  });
}

/** The prefix must be unique in a Region across all accounts, so it is the GUID of the stack's id. */
function createDomain(pool: UserPool): UserPoolDomain {
  const stackGuid = Fn.select(2, Fn.split('/', Stack.of(pool).stackId));
  return pool.addDomain('Domain', { cognitoDomain: { domainPrefix: `api-${stackGuid}` } });
}
