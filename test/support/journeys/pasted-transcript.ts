import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ApiKind } from '../../../lambda/policy/route.ts';
import type { ContractLine } from '../../../ops/stack/running-stack.ts';
import { codeUnder, typedIn } from '../document-blocks.ts';
import { freePorts } from './free-ports.ts';
import { copyProgram } from './program-copy.ts';

/** What a shell has printed, and its exit code. */
export interface Pasted {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** An `npm start` of a copy of the program, and a second terminal into which transcripts of documents are pasted. */
export interface PastedTranscripts extends AsyncDisposable {
  /** Runs the commands of the `console` blocks below a heading. */
  paste(document: string, heading: string): Promise<Pasted>;
}

/**
 * Starts it as a person does, on free ports. Rejects when it ends before it is ready.
 * @param dynamodb - the address of a running DynamoDB; undefined: DynamoDB Local is started
 */
export async function startForTranscripts(api: ApiKind, dynamodb?: string): Promise<PastedTranscripts> {
  const program = await copyProgram();
  const argv = ['start', '--silent', '--', '--json', '--api', api, '--port', String(await freePorts())];
  const env = { ...process.env, ...(dynamodb !== undefined && { DYNAMODB_ENDPOINT: dynamodb }) };
  const start = spawn('npm', argv, { cwd: program.folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (start.stdout === null) throw new Error('Its output is piped.');
  const ended = once(start, 'exit');
  const [line] = await Promise.race([
    once(createInterface(start.stdout), 'line'),
    ended.then(() => Promise.reject(new Error('npm start ended before it was ready.'))),
  ]);
  const running: ContractLine = JSON.parse(String(line));
  return {
    paste: (document, heading) => shell(scriptOf(document, heading, running), program.folder),
    [Symbol.asyncDispose]: async () => {
      start.kill();
      await ended;
      await program[Symbol.asyncDispose]();
    },
  };
}

/** The addresses of the API in transcripts. */
const WRITTEN_ADDRESSES: Readonly<Record<ApiKind, string>> = {
  rest: 'http://127.0.0.1:3000/v1',
  http: 'http://127.0.0.1:3000',
};

/** curl counts its progress on standard error where that is not a terminal. */
function scriptOf(document: string, heading: string, { api, apiKind }: ContractLine): string {
  const commands = codeUnder(document, heading, 'console').flatMap(typedIn);
  return commands.join('\n').replaceAll(WRITTEN_ADDRESSES[apiKind], api).replaceAll('curl -i', 'curl -sS -i');
}

function shell(script: string, cwd: string): Promise<Pasted> {
  const env = { ...process.env, HOME: cwd, CURL_HOME: cwd };
  return new Promise((resolve) => {
    execFile('sh', ['-c', script], { cwd, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}
