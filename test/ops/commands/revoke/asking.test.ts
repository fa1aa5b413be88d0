import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OperatorAtWork, operatorAtWork } from '../../../support/operator/operator-at-work.ts';

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork();
});
afterAll(() => operator.leave());

/** Runs a command before somebody who answers every question like this. */
async function answering(answer: string, commandLine: string) {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return answer;
  };
  return { ...(await operator.run(commandLine, '', { ask })), questions };
}

describe('on a terminal, before a whole key or issuer is revoked', () => {
  it.each([
    ['revoke key asked', 'kid#main#asked', /^Revoke key asked of main \(.+ in eu-west-1\)\?/],
    ['revoke issuer main', 'iss#main', /^Revoke issuer main \(.+ in eu-west-1\)\?/],
  ])('%s asks, and writes nothing unless the answer is yes', async (commandLine, target, question) => {
    for (const answer of ['', 'n', 'yesterday']) {
      const { exitCode, err, questions } = await answering(answer, commandLine);
      expect({ exitCode, questions }).toEqual({ exitCode: 1, questions: [expect.stringMatching(question)] });
      expect(err).toMatch(/^Nothing was written, because the answer was not yes/);
      expect(await operator.entry(target)).toBeUndefined();
    }
    expect(await answering(' Yes ', commandLine)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry(target)).toBeDefined();
    await operator.table.remove(target);
  });

  it.each(['revoke key k1 --yes', 'revoke key k2 --dry-run', 'revoke subject alice', 'restore key k1'])(
    'nothing is asked for %s',
    async (commandLine) => {
      expect(await answering('n', commandLine)).toMatchObject({ exitCode: 0, questions: [] });
    },
  );
});

it('without a terminal nothing is asked, and the key is revoked', async () => {
  expect(await operator.run('revoke key from-a-script')).toMatchObject({ exitCode: 0 });
  expect(await operator.entry('kid#main#from-a-script')).toBeDefined();
});

describe('the command that undoes a revocation', () => {
  it('is the last line, and works', async () => {
    const { out } = await operator.run('revoke subject undone');
    const [, undo = ''] = /\nUndo: npm run revocations -- (.*)\n$/.exec(out) ?? [];
    expect(undo).toBe('restore subject undone --issuer main --local');
    expect(await operator.run(undo)).toMatchObject({ exitCode: 0 });
    expect(await operator.entry('sub#main#undone')).toBeUndefined();
  });

  it('stands in the document', async () => {
    expect(await operator.document('revoke session s')).toMatchObject({
      undo: 'npm run revocations -- restore session s --issuer main --local',
    });
  });

  it('is left out where an entry stood before, whose tokens it would give back too', async () => {
    await operator.run('revoke subject twice');
    for (const again of ['', ' --block', ' --replace', ' --dry-run']) {
      expect((await operator.run(`revoke subject twice${again}`)).out).not.toContain('Undo');
    }
  });
});

it.each([
  ['revoke subject new --dry-run', /Would be rejected, if it were written now, for certain by .*\nThe entry could be /],
  ['revoke subject new --block --dry-run', /\nThe entry would be kept until you restore it\.\n$/],
])('a dry run speaks of what would be: %s', async (commandLine, report) => {
  expect((await operator.run(commandLine)).out).toMatch(report);
});
