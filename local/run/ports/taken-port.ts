import { basename } from 'node:path';
import type { Caller } from '../../../ops/cli/caller.ts';
import { printable, withoutTokens } from '../../../ops/cli/terminal-text.ts';
import type { RunningStack } from '../../../ops/stack/running-stack.ts';
import { LocalRunError } from '../../errors.ts';
import { ownerOf, type PortOwner } from './port-owner.ts';
import { PORT_COUNT } from './ports.ts';

const OTHER_PORTS = 'choose other ports with --port N (N to N+5 are used)';

/** What runs a deployment, in a command line: of a clone, or of the package. */
const OUR_PROGRAM = /\b(local\/start\.ts)\b|\b(bearer-authorizer)(?:\.cjs)? start\b/;

/** The last part of the folder's name in which each run has DynamoDB's data. */
const RUN_FOLDER = 'bearer-authorizer-run-';

/** @param code - the system's error code */
export function takenPortError(port: number, code: string | undefined): LocalRunError {
  const owner = code === 'EADDRINUSE' ? ownerOf(port) : undefined;
  return new LocalRunError(
    owner === undefined
      ? `Port ${port} cannot be listened on (${code}): stop what uses it, or ${OTHER_PORTS}.`
      : `Port ${port} is taken by ${describedOwner(owner)}, or ${OTHER_PORTS}.`,
  );
}

function describedOwner({ pid, command }: PortOwner): string {
  if (command.includes('DynamoDBLocal.jar') && command.includes(RUN_FOLDER)) {
    return `DynamoDB Local of a local run (process ${pid}): if that run was killed, end what it left behind with \`kill ${pid}\``;
  }
  const found = OUR_PROGRAM.exec(command);
  if (found !== null) {
    const start = found[1] === undefined ? 'bearer-authorizer start' : 'npm start';
    return `another \`${start}\` (process ${pid}): use that one, end it with \`kill ${pid}\``;
  }
  const [name = ''] = command.split(' ');
  return `${printable(withoutTokens(basename(name)))} (process ${pid}): stop it`;
}

/** @throws LocalRunError naming a run of this folder that uses one of the ports from `port` on */
export function requireOwnPorts(others: readonly RunningStack[], port: number, caller: Caller): void {
  const run = others.find(({ api }) => Math.abs(Number(new URL(api).port) - port) < PORT_COUNT);
  if (run === undefined) return;
  throw new LocalRunError(
    `Another \`${caller('start')}\` in this folder has the ports from ${new URL(run.api).port} on (process ${run.pid}): use its API, ${run.api}, end it with Ctrl-C or \`kill ${run.pid}\`, or ${OTHER_PORTS}.`,
  );
}

/** What a person must know when several runs of a folder are alive. */
export function otherRunsSentence(others: readonly RunningStack[], api: string, caller: Caller): string {
  const named = others.map((run) => `${run.api} (process ${run.pid})`).join(', ');
  return `Another \`${caller('start')}\` in this folder runs at ${named}. Commands such as \`${caller('token')}\` address the run that started last, which is this one, ${api}.`;
}
