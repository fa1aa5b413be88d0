import { NOW } from '../tokens/sample-issuer.ts';

type Claims = Readonly<Record<string, unknown>>;

export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
export const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
export const RISC = 'https://schemas.openid.net/secevent/risc/event-type';
export const SSF = 'https://schemas.openid.net/secevent/ssf/event-type';

/** The address of the endpoint for global token revocation, as its sender calls it. */
export const REVOCATION_ADDRESS = 'https://api.example/v1/signals/global-token-revocation';

/** The claims of a good logout token of `signalSender`, with the changes of a test. `undefined` removes a claim. */
export function logoutClaims(changes: Claims = {}): Claims {
  return {
    iss: 'https://sender.example/',
    aud: 'client-1',
    iat: NOW - 10,
    exp: NOW + 110,
    jti: 'logout-1',
    events: { [LOGOUT_EVENT]: {} },
    sub: 'alice',
    sid: 'session-1',
    ...changes,
  };
}

/** The claims of a good security event token of that sender: the event, and the changes of a test. */
export function securityEventClaims(
  type = `${CAEP}/session-revoked`,
  event: unknown = { event_timestamp: NOW - 20 },
  changes: Claims = {},
): Claims {
  return {
    iss: 'https://sender.example/',
    aud: 'https://api.example/events',
    iat: NOW - 10,
    jti: 'event-1',
    events: { [type]: event },
    sub_id: { format: 'iss_sub', iss: 'https://sender.example/', sub: 'alice' },
    ...changes,
  };
}

/** The claims of the JWT with which that sender asks for a global token revocation, with the changes of a test. */
export function revocationClaims(changes: Claims = {}): Claims {
  return {
    iss: 'https://sender.example/',
    aud: REVOCATION_ADDRESS,
    iat: NOW - 10,
    exp: NOW + 110,
    jti: 'request-1',
    ...changes,
  };
}

/** The body of such a request. */
export function revocationBody(subject: unknown = { format: 'opaque', id: 'alice' }, name = 'sub_id'): string {
  return JSON.stringify({ [name]: subject });
}

/** An event of EventBridge for a call that CloudTrail has recorded, with the changes of a test to the record. */
export function cognitoEvent(eventName: string, changes: Claims = {}): Claims {
  return {
    version: '0',
    id: '0e0e7a24-3ad9-4d2b-9f0a-1f2e3d4c5b6a',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.cognito-idp',
    account: '123456789012',
    time: new Date((NOW - 60) * 1000).toISOString(),
    region: 'eu-west-1',
    resources: [],
    detail: cloudTrailRecord(eventName, changes),
  };
}

/** The record of CloudTrail: what a caller may not see is masked, and the user's `sub` stands apart. */
export function cloudTrailRecord(eventName: string, changes: Claims = {}): Claims {
  return {
    eventVersion: '1.08',
    userIdentity: { type: 'AssumedRole', accountId: '123456789012' },
    eventTime: new Date((NOW - 60) * 1000).toISOString(),
    eventSource: 'cognito-idp.amazonaws.com',
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '192.0.2.1',
    requestParameters: { userPoolId: 'eu-west-1_Pool1', username: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    responseElements: null,
    additionalEventData: { sub: COGNITO_USER },
    requestID: '5c1d2e3f-0000-4000-8000-000000000001',
    eventID: '7b5a4c3d-0000-4000-8000-000000000002',
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '123456789012',
    eventCategory: 'Management',
    ...changes,
  };
}

export const COGNITO_USER = '3d6e9f10-aaaa-4bbb-8ccc-0123456789ab';
