import { isIdentifier } from '../token/identifier.ts';
import { isJsonObject, type JsonObject } from '../token/json-object.ts';
import type { Signal, SignalType } from './signal.ts';
import { InvalidSignalError } from './signal-rejection.ts';
import type { CognitoSource } from './signal-source.ts';
import { liftUsers, revokeUsers } from './subject-identifier.ts';

/** The API calls that are signals. Any other call says nothing about the tokens of a user. */
export const COGNITO_CALLS = {
  AdminUserGlobalSignOut: 'cognito-sign-out',
  GlobalSignOut: 'cognito-sign-out',
  AdminResetUserPassword: 'cognito-password',
  AdminSetUserPassword: 'cognito-password',
  ChangePassword: 'cognito-password',
  // Not `ForgotPassword`: anybody may ask for a code, and it changes nothing.
  ConfirmForgotPassword: 'cognito-password',
  AdminDisableUser: 'cognito-disable',
  AdminDeleteUser: 'cognito-delete',
  DeleteUser: 'cognito-delete',
  AdminEnableUser: 'cognito-enable',
  RevokeToken: 'cognito-revoke-token',
} as const satisfies Readonly<Record<string, SignalType>>;

const TYPES: ReadonlyMap<unknown, SignalType> = new Map(Object.entries(COGNITO_CALLS));

/** A Cognito user's `sub` is a UUID. CloudTrail puts other text in place of what it masks. */
const COGNITO_SUB = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Seconds for which SQS keeps a message, in the queue and then among dead letters: a person may send it again until then. */
const QUEUE_RETENTION = 14 * 86_400;

/**
 * The signals of an API call of Cognito that CloudTrail has recorded: the record itself, or as EventBridge delivers it, in the
 * member `detail` (Cognito developer guide, "Amazon Cognito logging in AWS CloudTrail"). Empty: the call failed, is of another
 * user pool, or says nothing about tokens. `now`: seconds since the epoch.
 *
 * A call that the user made names no pool: it is a signal of every source. A `sub` is unique, so only one of them matches.
 * @throws InvalidSignalError the record lacks what every record has
 */
export function signalsOfCognitoEvent(
  event: unknown,
  sources: readonly CognitoSource[],
  now: number,
): readonly Signal[] {
  const record = recordIn(event);
  const type = TYPES.get(record?.eventName);
  if (record === undefined || type === undefined || hasFailed(record)) return [];
  const { userPoolId } = isJsonObject(record.requestParameters) ? record.requestParameters : {};
  return sources
    .filter((source) => userPoolId === undefined || userPoolId === source.userPoolId)
    .map((source) => signalOf(record, type, source, now));
}

/** The CloudTrail record of a call of Cognito; undefined: the event is about something else. */
function recordIn(event: unknown): JsonObject | undefined {
  const record = isJsonObject(event) && Object.hasOwn(event, 'detail') ? event.detail : event;
  return isJsonObject(record) && record.eventSource === 'cognito-idp.amazonaws.com' ? record : undefined;
}

/** CloudTrail writes an empty `errorCode` for some calls that succeeded. */
function hasFailed({ errorCode = '' }: JsonObject): boolean {
  return errorCode !== '' && errorCode !== null;
}

function signalOf(record: JsonObject, type: SignalType, source: CognitoSource, now: number): Signal {
  const { eventID, eventTime } = record;
  if (!isIdentifier(eventID)) throw new InvalidSignalError('no-id', source.name);
  const calledAt = typeof eventTime === 'string' ? Date.parse(eventTime) / 1000 : NaN;
  if (Number.isNaN(calledAt)) throw new InvalidSignalError('event', source.name);
  const eventAt = Math.floor(Math.min(calledAt, now));
  return {
    source,
    type,
    id: eventID,
    eventAt,
    acceptedUntil: Math.ceil(Math.max(calledAt, now)) + QUEUE_RETENTION,
    ...effectsOf(type, usersIn(record), eventAt),
  };
}

function usersIn({ additionalEventData }: JsonObject): readonly string[] {
  const sub = isJsonObject(additionalEventData) ? additionalEventData.sub : undefined;
  return typeof sub === 'string' && COGNITO_SUB.test(sub) ? [sub] : [];
}

function effectsOf(type: SignalType, users: readonly string[], before: number): ReturnType<typeof revokeUsers> {
  const subject = { users, isNarrowed: false };
  // CloudTrail masks the token that was revoked.
  if (type === 'cognito-revoke-token') return { effects: [], inaction: 'unmatched' };
  if (type === 'cognito-enable') return liftUsers(subject);
  const isBlock = type === 'cognito-disable' || type === 'cognito-delete';
  return revokeUsers(subject, isBlock ? undefined : before);
}
