import type { GatewayAnswer } from './gateway.ts';

/**
 * The response to a request that needs what the local run does not do. It cannot be taken for one of AWS's: API Gateway and Lambda answer
 * no request with 501, and a backend's response has no such header.
 * @param message - the sentence that names what does not run
 */
export function notRunAnswer(message: string): GatewayAnswer {
  return {
    status: 501,
    headers: { 'Content-Type': 'application/json', 'x-local-run': 'not-run' },
    body: JSON.stringify({ message }),
    responseType: 'NOT_RUN',
  };
}
