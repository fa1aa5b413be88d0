import { expect, test } from 'vitest';
import { teardown } from '../../../local/run/teardown.ts';

test('steps are undone in reverse order, each once, even when one fails', async () => {
  const undone: string[] = [];
  const undo = teardown();
  await undo.add(async () => undone.push('first'));
  await undo.add(async () => {
    throw new Error('cannot');
  });
  await undo.add(async () => undone.push('last'));
  await Promise.all([undo.run(), undo.run()]);
  expect(undone).toEqual(['last', 'first']);
});

test('a step that is added after the teardown has begun is undone at once', async () => {
  const undone: string[] = [];
  const undo = teardown();
  await undo.run();
  await undo.add(async () => undone.push('late'));
  expect(undone).toEqual(['late']);
});
