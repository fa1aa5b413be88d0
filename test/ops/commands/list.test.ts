import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const LONG = 'auth0|0123456789abcdef0123456789abcdef0123456789';
const REASON = 'the laptop was left in a train between Basel and Bern';

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork();
  await operator.table.put({ target: { S: 'sub#main#undated' } });
  for (const [index, subject] of ['oldest', 'middle', LONG].entries()) {
    operator.setClock(NOW + index);
    await operator.run(
      `revoke subject '${subject}' --issuer main --by 'somebody with a long name' --reason '${REASON}'`,
    );
  }
});
afterAll(() => operator.leave());

const onTerminal = (columns: number, options = '') =>
  operator.run(`list ${options}`, '', { isTTY: true, columns, environment: { NO_COLOR: '1' } });

const linesOf = (out: string) => out.trimEnd().split('\n');

describe('list on a terminal', () => {
  it.each([80, 100, 120])('is no wider than its %i columns', async (columns) => {
    const lines = linesOf((await onTerminal(columns)).out);
    expect(lines).toHaveLength(5);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines[1]).toMatch(/^subject {2}main {4}auth0\|01234.*…/);
  });

  it('shows whole values with --wide', async () => {
    const { out } = await onTerminal(80, '--wide');
    expect(out).toContain(LONG);
    expect(out).toContain(REASON);
    expect(out).not.toContain('…');
  });

  it('leaves no value out where there is room', async () => {
    expect((await onTerminal(300)).out).toContain(LONG);
  });
});

it('list shows the newest entry first, and those without a date last', async () => {
  const { entries } = await operator.document('list');
  expect(entries.map(({ value }) => value)).toEqual([LONG, 'middle', 'oldest', 'undated']);
});

it('list --limit shows the newest, and goes on with --after where it ended', async () => {
  const first = await operator.document('list --limit 2');
  expect(first.entries.map(({ value }) => value)).toEqual([LONG, 'middle']);
  const second = await operator.document(`list --limit 2 --after '${first.next}'`);
  expect(second.entries.map(({ value }) => value)).toEqual(['oldest', 'undated']);
  expect(second.next).toBeNull();
});

it('list --after an entry that was restored meanwhile says so', async () => {
  expect(await operator.run("list --after 'sub#main#gone'")).toMatchObject({
    exitCode: 1,
    err: 'There is no entry sub#main#gone any more to go on after: list again without --after.\n',
  });
});

it('list in a pipe prints one line for each entry, with tabs between, whole values and no header', async () => {
  const [first = ''] = (await operator.run('list')).out.split('\n');
  expect(first.split('\t')).toEqual([
    ...['subject', 'main', LONG],
    ...[expect.stringMatching(/T.*Z$/), expect.stringMatching(/T.*Z$/), expect.stringMatching(/T.*Z$/)],
    ...['somebody with a long name', REASON],
  ]);
});
