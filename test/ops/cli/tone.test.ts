import { describe, expect, it } from 'vitest';
import { isColoured } from '../../../ops/cli/tone.ts';
import { operatorAtWork } from '../../support/operator/operator-at-work.ts';

describe('colours are written', () => {
  it.each([
    ['on a terminal', true, {}, true],
    ['not into a pipe', false, {}, false],
    ['not on a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['on a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['not on a dumb terminal', true, { TERM: 'dumb' }, false],
    ['into a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['with an empty FORCE_COLOR', false, { FORCE_COLOR: '' }, true],
    ['with FORCE_COLOR in spite of NO_COLOR', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['not with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['not with CLICOLOR=0', true, { CLICOLOR: '0' }, false],
    ['on a terminal with CLICOLOR=1', true, { CLICOLOR: '1' }, true],
    ['into a pipe with CLICOLOR_FORCE', false, { CLICOLOR_FORCE: '1' }, true],
    ['with CLICOLOR_FORCE in spite of NO_COLOR, as in gh', false, { CLICOLOR_FORCE: '1', NO_COLOR: '1' }, true],
    ['not into a pipe with CLICOLOR_FORCE=0', false, { CLICOLOR_FORCE: '0' }, false],
    ['not with FORCE_COLOR=0 in spite of CLICOLOR_FORCE', true, { FORCE_COLOR: '0', CLICOLOR_FORCE: '1' }, false],
  ])('%s', (_, isTTY, environment, expected) => {
    expect(isColoured({ isTTY }, environment)).toBe(expected);
  });
});

it('the verdict of check is red on a terminal, and plain in a pipe', async () => {
  const operator = await operatorAtWork();
  const onTerminal = await operator.run('check -', 'no token at all', { isTTY: true, columns: 500, environment: {} });
  const inPipe = await operator.run('check -', 'no token at all');
  await operator.leave();
  expect(onTerminal.out).toBe(`\u001b[1;31m${inPipe.out.replace('\n', '\u001b[0m\n')}`);
  expect(inPipe.out).toMatch(/^Verdict: /);
});
