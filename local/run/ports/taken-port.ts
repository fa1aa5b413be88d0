import { basename } from 'node:path';
import { printable, withoutTokens } from '../../../ops/cli/terminal-text.ts';
import type { RunningStack } from '../../../ops/stack/running-stack.ts';
import { LocalRunError } from '../../errors.ts';
import { ownerOf, type PortOwner } from './port-owner.ts';
import { PORT_COUNT } from './ports.ts';

const OTHER_PORTS = 'choose other ports with --port N (N to N+5 are used)';

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
    return `DynamoDB Local of an \`npm start\` (process ${pid}): if that run was killed, end what it left behind with \`kill ${pid}\``;
  }
  if (/\blocal\/start\.ts\b/.test(command)) {
    return `another \`npm start\` (process ${pid}): use that one, end it with \`kill ${pid}\``;
  }
  const [program = ''] = command.split(' ');
  return `${printable(withoutTokens(basename(program)))} (process ${pid}): stop it`;
}

/** @throws LocalRunError naming a run of this clone that uses one of the six ports from `port` on */
export function requireOwnPorts(others: readonly RunningStack[], port: number): void {
  const run = others.find(({ api }) => Math.abs(Number(new URL(api).port) - port) < PORT_COUNT);
  if (run === undefined) return;
  throw new LocalRunError(
    `An \`npm start\` of this clone has the ports from ${new URL(run.api).port} on (process ${run.pid}): use its API, ${run.api}, end it with Ctrl-C or \`kill ${run.pid}\`, or ${OTHER_PORTS}.`,
  );
}

/** What a person must know when several runs of a clone are alive. */
export function otherRunsSentence(others: readonly RunningStack[], api: string): string {
  const named = others.map((run) => `${run.api} (process ${run.pid})`).join(', ');
  return `Another \`npm start\` of this clone runs at ${named}. Commands such as \`npm run token\` address the run that started last, which is this one, ${api}.`;
}
