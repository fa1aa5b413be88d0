import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContractLine } from '../../ops/stack/running-stack.ts';
import { codeUnder, typedIn } from '../support/document-blocks.ts';
import { freePorts } from '../support/journeys/free-ports.ts';
import { START_TIMEOUT } from '../support/journeys/local-journey.ts';
import { copyProgram, type ProgramCopy } from '../support/journeys/program-copy.ts';

/** Twenty by `npm run test:readme`: each paste starts npm three times. */
const PASTES = Number(process.env.README_PASTES ?? 2);

let program: ProgramCopy;
let start: ChildProcess;
let running: ContractLine;

beforeAll(async () => {
  program = await copyProgram();
  const argv = ['start', '--silent', '--', '--json', '--port', String(await freePorts())];
  start = spawn('npm', argv, { cwd: program.folder, stdio: ['ignore', 'pipe', 'inherit'] });
  if (start.stdout === null) throw new Error('Its output is piped.');
  const [line] = await once(createInterface(start.stdout), 'line');
  running = JSON.parse(String(line));
}, START_TIMEOUT);

afterAll(async () => {
  const ended = once(start, 'exit');
  start.kill();
  await ended;
  await program[Symbol.asyncDispose]();
});

describe("the README's transcript, pasted into a shell", () => {
  test.each(Array.from({ length: PASTES }, (_, index) => index + 1))(
    'shows a token that works, and is rejected once it is revoked: paste %i',
    { timeout: START_TIMEOUT },
    async () => {
      const { code, out, err } = await pasted();
      expect({ code, err }).toEqual({ code: 0, err: expect.not.stringMatching(/\S/) });
      expect(out.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
      expect(out).toMatch(/Revoked token \S+ of local .*\n {2}eu-west-1: written, confirmed by a strong read\.\n/);
      expect(out).toMatch(/^eu-west-1: rejected \d+(\.\d+)? s after the write \(\d+ calls\)\.$/m);
      expect(out).toMatch(/eu-west-1: restored token \S+ of local/);
    },
  );
});

function pasted() {
  const commands = codeUnder('README.md', 'Run it on your machine', 'console').flatMap(typedIn);
  expect(commands.length).toBeGreaterThanOrEqual(5);
  const script = commands.join('\n').replaceAll('http://127.0.0.1:3000/v1', running.api);
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    // curl counts its progress on standard error where it is not a terminal.
    const env = { ...process.env, HOME: program.folder, CURL_HOME: program.folder };
    execFile(
      'sh',
      ['-c', script.replaceAll('curl -i', 'curl -sS -i')],
      { cwd: program.folder, env },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      },
    );
  });
}
