/** Loads a function's handler, inside its execution environment, as the Node.js runtime of Lambda does. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NotRunError } from './not-run.ts';

export type Handler = (event: unknown, context: unknown) => unknown;

export interface HandlerLocation {
  /** The folder of the function's code. */
  readonly taskRoot: string;
  /** `index.handler`, or with folders, `dist/orders.handler`. */
  readonly handler: string;
  /** `nodejs24.x`. */
  readonly runtime: string;
}

/** In the order of Lambda's own runtime (aws-lambda-nodejs-runtime-interface-client, `UserFunction.js`). */
const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

/** @throws Error as Lambda does, or NotRunError for what only Lambda has */
export async function loadHandler({ taskRoot, handler, runtime }: HandlerLocation): Promise<Handler> {
  installStreaming();
  const [, module = '', path = ''] = /^([^.]*)\.(.*)$/.exec(basename(handler)) ?? [];
  const file = join(taskRoot, dirname(handler), module);
  const found = EXTENSIONS.map((extension) => file + extension).find(isFile);
  if (found === undefined) throw new Error(`Cannot find module '${module}'`);
  const loaded: unknown = await import(pathToFileURL(found).href);
  const exported = memberOf(loaded, path) ?? memberOf(memberOf(loaded, 'default'), path);
  if (typeof exported !== 'function') throw new Error(`${handler} is undefined or not exported`);
  return adapted(exported as CallbackHandler, majorVersion(runtime));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The member at a path such as `orders.handler`. */
function memberOf(object: unknown, path: string): unknown {
  return path.split('.').reduce((found: unknown, name) => (isRecord(found) ? found[name] : undefined), object);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function majorVersion(runtime: string): number {
  return Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? 24);
}

type Callback = (error: unknown, result?: unknown) => void;
type CallbackHandler = (event: unknown, context: unknown, callback?: Callback) => unknown;

/** The first runtime without callbacks. */
const WITHOUT_CALLBACKS = 24;

/** A handler that answers by a promise: older runtimes also have handlers that call back. */
function adapted(handler: CallbackHandler, version: number): Handler {
  if (version < WITHOUT_CALLBACKS) return callingBack(handler);
  if (handler.length < 3) return handler;
  throw Object.assign(new Error(CALLBACK_DEPRECATED), { name: 'Runtime.CallbackHandlerDeprecated' });
}

const CALLBACK_DEPRECATED =
  'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a ' +
  'supported handler signature to use Node.js 24 or later.';

/** A handler that neither returns a promise nor takes a callback answers null, whatever it returns. */
function callingBack(handler: CallbackHandler): Handler {
  return (event, context) =>
    new Promise((resolve, reject) => {
      const callback: Callback = (error, result) =>
        error === null || error === undefined ? resolve(result) : reject(error);
      const returned = handler(event, context, callback);
      if (isRecord(returned) && typeof returned.then === 'function') resolve(returned);
      else if (handler.length < 3) resolve(null);
    });
}

/** Lambda's global object for handlers that stream. */
function installStreaming(): void {
  const streamifyResponse = () => async () => {
    throw new NotRunError('it streams its response (awslambda.streamifyResponse)');
  };
  Object.assign(globalThis, {
    awslambda: { streamifyResponse, HttpResponseStream: { from: (stream: unknown) => stream } },
  });
}
