import { text } from 'node:stream/consumers';
import { createSigningKey } from '../../../local/authorization-server/authorization-server.ts';
import type { JsonObject } from '../../../local/cloudformation/template.ts';
import { HOST, startHttpService } from '../../../local/run/http-service.ts';
import { MANAGEMENT_TOKEN, type Transmitter, transmitter } from '../../../local/transmitter/transmitter.ts';
import { freePort } from './free-port.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

/** The issuer whose users the events name. */
export const SUBJECT_ISSUER = 'http://127.0.0.1:1';

/** One for all tests of a file, since it takes a while. */
const signingKey = await createSigningKey();

/** What the receiver of events got. */
export interface Pushed {
  readonly token: string;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
}

export interface TransmitterAtWork extends Transmitter {
  readonly issuer: string;
  /** The endpoint of the stream that is there from the start. */
  readonly endpoint: string;
  readonly receiver: LoopbackServer;
  readonly pushed: readonly Pushed[];
  readonly said: readonly string[];
  /** Sets the statuses of the receiver's next answers. Then it answers 202. */
  answerWith(...statuses: readonly number[]): void;
  /** Calls an endpoint for the management of streams. */
  manage(
    method: string,
    path: string,
    content?: unknown,
  ): Promise<{ readonly status: number; readonly content: unknown }>;
  close(): Promise<void>;
}

/** The transmitter of the local run, without the rest of it, and a receiver. Events are pushed again at once, three times. */
export async function startTransmitter(): Promise<TransmitterAtWork> {
  const pushed: Pushed[] = [];
  const said: string[] = [];
  const statuses: number[] = [];
  const receiver = await startLoopbackServer(async (response, request) => {
    const { 'content-type': contentType, authorization } = request.headers;
    pushed.push({ token: await text(request), contentType, authorization });
    response.writeHead(statuses.shift() ?? 202).end();
  });
  const port = await freePort();
  const issuer = `http://${HOST}:${port}`;
  const endpoint = `${receiver.address}/events`;
  const say = (line: string) => said.push(line);
  const settings = { subjectIssuer: SUBJECT_ISSUER, retryPauses: [0, 0, 0] };
  const created = transmitter({ issuer, signingKey, endpoint, say, ...settings });
  const service = await startHttpService(created.server, port);
  return {
    ...created,
    ...{ issuer, endpoint, receiver, pushed, said },
    answerWith: (...next) => void statuses.splice(0, statuses.length, ...next),
    manage: (method, path, content) => managed(method, `${issuer}${path}`, content),
    close: async () => {
      await created.stop();
      await Promise.all([service.pause(), receiver.close()]);
    },
  };
}

async function managed(method: string, url: string, content: unknown) {
  const headers = { Authorization: `Bearer ${MANAGEMENT_TOKEN}`, 'Content-Type': 'application/json' };
  const body = content === undefined ? null : JSON.stringify(content);
  const response = await fetch(url, { method, headers, body });
  const answer = await response.text();
  return { status: response.status, content: answer === '' ? undefined : (JSON.parse(answer) as JsonObject) };
}
