import type { RevocationLevel } from '../revocation/revocation-level.ts';
import type { SignalEndpoint } from '../signal/signal-request.ts';
import type { CognitoSource, SharedFlush, SignalSender, TokenRevocationSource } from '../signal/signal-source.ts';
import type { TrustedIssuer } from '../token/trusted-issuer.ts';
import { required, type Variables } from './environment.ts';

/** What a deployment tells its receiver of signals. The stack, the handler and the operator's tool share this type. */
export interface SignalsConfiguration {
  readonly issuers: readonly TrustedIssuer[];
  readonly revocationTable: string;
  /** DynamoDB's address in this Region and partition. */
  readonly revocationEndpoint: string;
  readonly revocationLevels: readonly RevocationLevel[];
  /** The table of signals: which were applied, and when each source was last heard. */
  readonly signalTable: string;
  readonly senders: readonly SignalSender[];
  readonly cognito: readonly CognitoSource[];
  /** undefined: clients cannot revoke their own tokens. */
  readonly tokenRevocation: TokenRevocationSource | undefined;
  /** undefined: no source has the pace `shared`. */
  readonly sharedFlush: SharedFlush | undefined;
}

/** How the receiver of signals describes itself to the operator's tool, in the metadata of its function (`DESCRIPTION_KEY`). */
export interface SignalsDescription {
  readonly configuration: SignalsConfiguration;
  /** The last parts of the endpoints' paths that the API has. */
  readonly endpoints: readonly SignalEndpoint[];
  /** What stands before them, from the API's stage on: `/signals`. undefined: no API has the endpoints. */
  readonly path?: string;
  /** Seconds of silence after which the alarm of a source rings, by its name. */
  readonly silentAfter: Readonly<Record<string, number>>;
}

/** The file next to the bundle that holds a `SignalsConfiguration` in JSON: 4 KB of environment have no room for the issuers. */
export const SIGNALS_FILE = 'signals.json';

/** The variables of the receiver of signals, as strings; AWS adds its `AWS_…` ones. */
export interface SignalsEnvironment {
  /** The values that only the deployment knows, as a list in JSON. */
  readonly SIGNALS_VALUES: string;
}

/** The configuration as the function's asset and environment carry it. */
export interface SignalsPlacement {
  readonly environment: SignalsEnvironment;
  /** The text of `SIGNALS_FILE`. */
  readonly file: string;
}

/** Private-use characters around the index of a value in `SIGNALS_VALUES`: no identifier, address or name has them. */
const [OPEN, CLOSE] = ['\uE000', '\uE001'];
const PLACEHOLDER = /\uE000(\d+)\uE001/g;

/**
 * Writes a configuration. A file of the asset is fixed at synth, so it has a placeholder for each value that only the deployment
 * knows, and the values travel in a variable.
 *
 * @param tokens - the texts by which CDK writes such values (`${Token[…]}`), which are resolved inside the variable at deployment
 * @throws Error for a configuration that contains the character of a placeholder
 */
export function signalsEnvironmentOf(
  configuration: SignalsConfiguration,
  tokens: readonly string[] = [],
): SignalsPlacement {
  const text = JSON.stringify(configuration);
  if (text.includes(OPEN)) throw new Error('The settings of signals contain U+E000: leave out that character.');
  const used = [...new Set(tokens)].filter((token) => text.includes(token));
  const file = used.reduce((rest, token, index) => rest.replaceAll(token, () => `${OPEN}${index}${CLOSE}`), text);
  return { environment: { SIGNALS_VALUES: JSON.stringify(used) }, file };
}

/**
 * @param readFile - the text of a file next to the bundle
 * @throws Error naming what is missing: API Gateway then answers with 502, and the queue keeps its messages
 */
export function signalsConfigurationFrom(
  environment: Variables,
  readFile: (name: string) => string,
): SignalsConfiguration {
  const values = JSON.parse(required(environment, 'SIGNALS_VALUES')) as readonly string[];
  const valueAt = (index: string): string => {
    const value = values[Number(index)];
    if (value === undefined) throw new Error(`SIGNALS_VALUES has no value ${index}, which ${SIGNALS_FILE} names.`);
    return value;
  };
  const withValues = (_name: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replace(PLACEHOLDER, (_placeholder, index: string) => valueAt(index)) : value;
  return JSON.parse(readFile(SIGNALS_FILE), withValues) as SignalsConfiguration;
}
