import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from '../../../ops/revocations.ts';
import {
  describedAuthorizer,
  type OperatorAtWork,
  operatorAtWork,
  wordsOf,
} from '../../support/operator/operator-at-work.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

let operator: OperatorAtWork;
let cut: OperatorAtWork;
beforeAll(async () => {
  const issuers = [trustedIssuer(), trustedIssuer({ alias: 'other', issuer: 'https://other.example/' })];
  operator = await operatorAtWork(describedAuthorizer(issuers));
  cut = await operatorAtWork(describedAuthorizer(issuers), { table: 'gone' });
  await operator.run('revoke key k --issuer main');
});
afterAll(() => Promise.all([operator.leave(), cut.leave()]));

/** Everything that both streams write to one terminal. */
async function onTerminal(commandLine: string, { folder }: OperatorAtWork, standardInput = '') {
  let seen = '';
  const stream = { isTTY: true, write: (text: string) => (seen += text) };
  const around = {
    localFolder: folder,
    now: () => NOW,
    elapsed: () => 0,
    readStandardInput: async () => standardInput,
  };
  await main(wordsOf(commandLine), { out: stream, err: stream, ...around });
  return seen;
}

/** The lines that remain on the terminal. */
const remaining = (seen: string) => seen.split('\n').map((line) => line.split('\r\u001b[K').at(-1));

it.each([
  ['list', /LEVEL/],
  ['lint', /^1 entry inspected/],
])('the report of %s replaces the counter', async (commandLine, line) => {
  const seen = await onTerminal(commandLine, operator);
  expect(seen).toMatch(/Entries (read|inspected): 1/);
  expect(remaining(seen)[0]).toMatch(line);
});

it('a full bar remains above the report', async () => {
  const seen = await onTerminal('import -', operator, 'level,value,issuer\nkey,imported,main');
  const lines = remaining(seen);
  expect(lines.findIndex((line) => /\[#+\] 1 of 1$/.test(line ?? ''))).toBeLessThan(
    lines.findIndex((line) => /1 entry written/.test(line ?? '')),
  );
});

it('an error sentence begins its own line', async () => {
  expect(remaining(await onTerminal('list', cut))[0]).toMatch(/^The table gone/);
});
