/** An error of AWS or of the system, with the members that advice rests on. */
export interface AdvisedError {
  /** The error's name and message. */
  readonly said: string;
  readonly message: string;
  /** The value of AWS_PROFILE; empty: it is not set. */
  readonly profile: string;
}

type Advice = (error: AdvisedError) => string;

/** What to do about an error of AWS or of the system; undefined: nothing is known about its name or code. */
export function adviceOn(nameOrCode: string, error: AdvisedError): string | undefined {
  return Object.hasOwn(ADVICE, nameOrCode) ? ADVICE[nameOrCode]?.(error) : undefined;
}

/** Whether there is advice on errors of this name, so that their cause says no more. */
export function hasAdvice(name: string): boolean {
  return Object.hasOwn(ADVICE, name);
}

function withoutCredentials({ profile }: AdvisedError): string {
  return profile === ''
    ? 'there are no AWS credentials here: sign in, or set AWS_PROFILE'
    : `the profile ${profile} of AWS_PROFILE gives no credentials: sign in with it (aws sso login), or set another AWS_PROFILE`;
}

const signIn: Advice = ({ said }) => `${said}: sign in again, or set AWS_PROFILE`;
const invalid: Advice = ({ said }) =>
  `${said}: sign in again, or set AWS_PROFILE; a Region that the account has not enabled gives the same answer`;
const skewed: Advice = ({ said }) => `${said}: check the secret access key, and this machine's clock`;
const later: Advice = ({ said }) => `${said}: try again in a minute`;
const network: Advice = ({ said }) => `${said}: check the network`;

/** CloudFormation calls everything that is wrong with a request a ValidationError. */
function invalidRequest({ said, message }: AdvisedError): string {
  return /does not exist/.test(message)
    ? 'there is no stack of this name in this Region of the account: check --stack, --region and AWS_PROFILE'
    : said;
}

/** The managed policies of the stack that allow an action (infra/table/operator-policies.ts). */
const POLICIES: readonly (readonly [action: RegExp, policy: string])[] = [
  [/^dynamodb:PutItem$/, 'Operators (for keys and issuers BreakGlass)'],
  [/^dynamodb:DeleteItem$/, 'Restorers (for keys and issuers BreakGlass)'],
  [/^(dynamodb|cloudformation|kms):/, 'Readers'],
];

/** AWS says who may not do what: `User: arn:… is not authorized to perform: dynamodb:Scan on resource: …`. */
const DENIAL = /User: (\S+) is not authorized to perform: ([\w-]+:\w+)/;

function denied({ said, message }: AdvisedError): string {
  const [, user, action = ''] = DENIAL.exec(message) ?? [];
  if (user === undefined) return `${said}: attach one of the stack's managed policies, such as Readers`;
  const sentence = `${user} may not do ${action}`;
  if (/explicit deny/.test(message))
    return `${sentence}, because a policy denies it: ask who administers the AWS account`;
  const policy = POLICIES.find(([pattern]) => pattern.test(action))?.[1];
  return policy === undefined ? `${sentence}: allow it` : `${sentence}: attach the stack's managed policy ${policy}`;
}

/** By the name or the code of the error. */
const ADVICE: Readonly<Record<string, Advice>> = {
  CredentialsProviderError: withoutCredentials,
  TokenProviderError: withoutCredentials,
  ExpiredToken: signIn,
  ExpiredTokenException: signIn,
  UnrecognizedClientException: invalid,
  InvalidClientTokenId: invalid,
  InvalidSignatureException: skewed,
  SignatureDoesNotMatch: skewed,
  RequestExpired: skewed,
  ValidationError: invalidRequest,
  AccessDenied: denied,
  AccessDeniedException: denied,
  Throttling: later,
  ThrottlingException: later,
  RequestLimitExceeded: later,
  TooManyRequestsException: later,
  ProvisionedThroughputExceededException: later,
  ENOTFOUND: ({ said }) => `${said}: check the Region and the network`,
  EAI_AGAIN: network,
  ECONNRESET: network,
  EHOSTUNREACH: network,
  ENETUNREACH: network,
  ETIMEDOUT: network,
  TimeoutError: network,
  EISDIR: () => 'it is a folder: give a file',
  ENOENT: () => 'there is no such file: check its name and the folder that you are in',
};
