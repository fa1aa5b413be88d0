import type { IncomingMessage } from 'node:http';

/** The response to a call of AWS that the local run does not play. */
export interface UnplayedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The name of the error in the function that calls. */
export const NOT_PLAYED = 'NotRunLocally';

/**
 * Answers a call of a service that does not run here, in the form in which the service's own errors are. With 400: the SDK tries again
 * after 5xx.
 * @param service - as the signature names it, such as `s3`
 */
export function unplayedAnswer(
  { method, url, headers }: IncomingMessage,
  service: string,
  body: string,
): UnplayedAnswer {
  const isQuery = /^application\/x-www-form-urlencoded/.test(headers['content-type'] ?? '');
  const action = isQuery ? new URLSearchParams(body).get('Action') : undefined;
  const target = String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1);
  const path = (url ?? '').split('?', 1)[0];
  const operation = action ?? (target || `${method} ${path}`);
  const message = `${service}: ${operation} does not run locally; --env can give the function credentials of AWS, or another address of the service (AWS_ENDPOINT_URL).`;
  const isXml = isQuery || XML_SERVICES.has(service);
  return {
    status: 400,
    headers: {
      'Content-Type': isXml ? 'text/xml' : 'application/json',
      'x-amzn-ErrorType': NOT_PLAYED,
      'x-local-run': 'not-run',
    },
    body: isXml ? xmlError(message, isQuery) : JSON.stringify({ __type: NOT_PLAYED, message }),
  };
}

/** Services whose requests are not forms and whose answers are XML all the same. */
const XML_SERVICES = new Set(['s3', 'cloudfront', 'route53']);

function xmlError(message: string, isQuery: boolean): string {
  const error = `<Error><Code>${NOT_PLAYED}</Code><Message>${message}</Message></Error>`;
  return isQuery ? `<ErrorResponse>${error}</ErrorResponse>` : error;
}
