import type { ServerResponse } from 'node:http';

/** Of the text, not of what one parser makes of it: parsers disagree on user information, backslashes and tabs. */
const ADDRESS_ON_THIS_MACHINE = /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?([/?][^\s\\]*)?$/i;

export function isOnThisMachine(address: string): boolean {
  return ADDRESS_ON_THIS_MACHINE.test(address);
}

/**
 * Answers a request for another host. A page whose host name leads to this machine (DNS rebinding) has the origin of the server, and
 * could read its answers.
 */
export function misdirected(response: ServerResponse, address: string): void {
  response.writeHead(421, { 'Content-Type': 'text/plain' }).end(`This server answers at ${address} only.\n`);
}
