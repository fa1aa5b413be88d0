import { COGNITO_CALLS } from '../../../../lambda/signal/cognito-event.ts';
import type { CognitoSource } from '../../../../lambda/signal/signal-source.ts';
import { isJsonObject, type JsonObject } from '../../../../lambda/token/json-object.ts';
import { foundText } from '../../check/comparison/found-text.ts';

/** Why an event that AWS delivers is no signal of the sources: its first trait that the receiver passes over. */
export function whyNoSignal(event: JsonObject, sources: readonly CognitoSource[]): string {
  const record = isJsonObject(event.detail) ? event.detail : event;
  const { eventSource, eventName, errorCode, requestParameters } = record;
  if (eventSource !== 'cognito-idp.amazonaws.com') {
    return `its eventSource is ${foundText(eventSource)}, where Cognito's calls have "cognito-idp.amazonaws.com"`;
  }
  if (typeof eventName !== 'string' || !Object.hasOwn(COGNITO_CALLS, eventName)) {
    return `the call ${foundText(eventName)} says nothing about the tokens of a user`;
  }
  if (errorCode !== undefined && errorCode !== null && errorCode !== '') {
    return `the call failed with ${foundText(errorCode)}`;
  }
  if (sources.length === 0)
    return 'the deployment has no source of Cognito: add `cognitoSignals` to `signals`, and deploy';
  const { userPoolId } = isJsonObject(requestParameters) ? requestParameters : {};
  const pools = sources.map((source) => source.userPoolId).join(', ');
  return `it is of the user pool ${foundText(userPoolId)}, and the sources are of ${pools}`;
}
