import type { SignalsDescription } from '../../lambda/configuration/signals-environment.ts';
import type { SignalEndpoint } from '../../lambda/signal/signal-request.ts';
import { isJsonObject } from '../../lambda/token/json-object.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { RegionalStack } from './revocation-stack.ts';

/** A deployment in one Region, and its receiver of signals. */
export interface SignalsStack {
  readonly region: RegionalStack;
  readonly signals: SignalsDescription;
}

/** The description of a receiver of signals: an object, or JSON text. undefined: the value is not a description. */
export function signalsDescription(member: unknown): SignalsDescription | undefined {
  const description: unknown = typeof member === 'string' ? JSON.parse(member) : member;
  return isDescription(description) ? description : undefined;
}

/** Whether our own stack wrote it. */
function isDescription(value: unknown): value is SignalsDescription {
  return isJsonObject(value) && 'configuration' in value && 'endpoints' in value;
}

/** How to have signals, for the end of a sentence. */
export const HOW_TO_CONFIGURE =
  'name sources in `signals` of the deployment and deploy it; a stack of your own has the construct RevocationSignals and the output SignalsLogicalId';

/** @throws OperatorError for a deployment without signals */
export function requireSignals(signals: SignalsDescription | undefined): SignalsDescription {
  if (signals !== undefined) return signals;
  throw new OperatorError(`This deployment receives no signals: ${HOW_TO_CONFIGURE}.`);
}

/** The address of an endpoint; undefined: the API does not have it. */
export function endpointAddress({ region, signals }: SignalsStack, endpoint: SignalEndpoint): string | undefined {
  const { path, endpoints } = signals;
  return path === undefined || !endpoints.includes(endpoint) ? undefined : `${region.api}${path}/${endpoint}`;
}
