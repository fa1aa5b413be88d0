import type { GatewayAnswer } from '../exchange/gateway.ts';

/** An HTTP API's own answers: status, message, and the type that its access logs have. There are no gateway responses to change them. */
const HTTP_FAILURES = {
  'no such route': [404, 'Not Found', 'NOT_FOUND'],
  'no identity': [401, 'Unauthorized', 'UNAUTHORIZED'],
  unauthorized: [401, 'Unauthorized', 'UNAUTHORIZED'],
  'explicit deny': [403, 'Forbidden', 'ACCESS_DENIED'],
  'implicit deny': [403, 'Forbidden', 'ACCESS_DENIED'],
  'configuration error': [500, 'Internal Server Error', 'AUTHORIZER_CONFIGURATION_ERROR'],
  'integration failure': [500, 'Internal Server Error', 'INTEGRATION_FAILURE'],
  'no answer': [503, 'Service Unavailable', 'INTEGRATION_FAILURE'],
} as const;

export type HttpFailure = keyof typeof HTTP_FAILURES;

export function failureAnswer(failure: HttpFailure): GatewayAnswer {
  const [status, message, responseType] = HTTP_FAILURES[failure];
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }), responseType };
}
