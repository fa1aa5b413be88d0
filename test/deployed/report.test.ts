import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../ops/cli/operator-error.ts';
import {
  asExpected,
  type Finding,
  type FindingKind,
  findingOf,
  kept,
  NotMeasurableError,
  type Seen,
} from './finding.ts';
import { deployedTestReport } from './report.ts';

const signal = new AbortController().signal;
const place = {
  ...{ api: 'https://api1.execute-api.eu-west-1.amazonaws.com/v1', region: 'eu-west-1' },
  ...{ flags: '--stack Api', isLocal: false, resultTtlSeconds: 60 },
  kind: 'rest',
} as const;

const found = (kind: FindingKind, measure: () => Promise<Seen>): Promise<Finding> =>
  findingOf({ kind, fact: 'something', expected: 'this', measure }, signal);

const failing = (error: Error) => async (): Promise<never> => {
  throw error;
};

describe('the report on', () => {
  test.each<[string, FindingKind, () => Promise<Seen>, Finding['verdict'], 0 | 1]>([
    ['a promise that was kept', 'promise', async () => kept(true, 'so'), 'ok', 0],
    ['a promise that was not kept', 'promise', async () => kept(false, 'not so'), 'broken', 1],
    ['a promise whose journey failed', 'promise', failing(new OperatorError('No.')), 'broken', 1],
    ['a promise that cannot be tried here', 'promise', failing(new NotMeasurableError('why')), 'not measured', 0],
    ['a fact as expected', 'fact', async () => asExpected(true, 'so'), 'ok', 0],
    ['another fact than expected', 'fact', async () => asExpected(false, 'other'), 'differs', 0],
    ['a fact whose measurement failed', 'fact', failing(new OperatorError('No.')), 'not measured', 0],
  ])('%s', async (_, kind, measure, verdict, exitCode) => {
    const finding = await found(kind, measure);
    expect(finding.verdict).toBe(verdict);
    expect(deployedTestReport([finding], place, []).exitCode).toBe(exitCode);
  });
});

test('a result that means something for a team says so below the table', async () => {
  const finding = await found('fact', async () => asExpected(false, '500', 'Clients see an outage.'));
  const { text, document } = deployedTestReport([finding], place, []);
  expect(text).toMatch(/DIFFERS *\n\nWhat it means for you\n {2}something: Clients see an outage\.\n/);
  expect(document).toMatchObject({ kind: 'rest', findings: [{ meaning: 'Clients see an outage.' }] });
});

test('an entry that could not be deleted fails the run, and the report says how to delete it', () => {
  const { exitCode, text } = deployedTestReport([], place, ['jti#main#7d1e']);
  expect(exitCode).toBe(1);
  expect(text).toContain("npm run revocations -- restore target 'jti#main#7d1e' --stack Api");
});
