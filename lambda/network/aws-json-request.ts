import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type AwsCredentials, createSigner } from './aws-signature.ts';
import { exchange, type HttpLimits, type HttpResponse } from './http-exchange.ts';

/** A service of AWS that speaks its JSON protocol, version 1.0. */
export interface AwsJsonService {
  readonly endpoint: URL;
  /** Its name in signatures: `sqs`. */
  readonly service: string;
  /** What stands before the operation in `x-amz-target`: `AmazonSQS`. */
  readonly target: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
}

/** Sends one request. It retries nothing. @throws HttpExchangeError */
export type SendAwsJson = (operation: string, body: string) => Promise<HttpResponse>;

/** Returns what sends requests to a service, over connections that it keeps. */
export function createAwsJsonSender(
  { endpoint, service, target, region, credentials }: AwsJsonService,
  limits: HttpLimits,
): SendAwsJson {
  const sign = createSigner({ service, region, credentials });
  const agent = new (endpoint.protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true });
  const common = { host: endpoint.host, 'content-type': 'application/x-amz-json-1.0' };
  return (operation, body) => {
    // Signed for each attempt: a signature is bound to its timestamp.
    const headers = sign({ ...common, 'x-amz-target': `${target}.${operation}` }, body, Date.now());
    return exchange(endpoint, { method: 'POST', headers, body, agent }, limits);
  };
}
