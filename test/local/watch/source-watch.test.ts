import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SourceWatch, watchSources } from '../../../local/watch/source-watch.ts';

let folder: string;
let watch: SourceWatch;
let changes: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-watch-'));
  await write('lib/stack.ts', 'first');
  changes = 0;
  watch = await watchSources(folder, () => {
    changes += 1;
  });
});
afterEach(async () => {
  await watch.stop();
  await rm(folder, { recursive: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

const changedTimes = (times: number) => expect.poll(() => changes).toBe(times);

it('a source that is saved, added or deleted is a change', async () => {
  await write('lib/stack.ts', 'second');
  await changedTimes(1);
  await write('lib/new/construct.ts', 'first');
  await changedTimes(2);
  await rm(join(folder, 'lib/stack.ts'));
  await changedTimes(3);
});

it('many files that are saved at once are one change', async () => {
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => write(`lib/${name}.ts`, name)));
  await changedTimes(1);
  await write('lib/last.ts', 'last');
  await changedTimes(2);
});

it('a file that is written again with the same content is no change, so that a build does not trigger itself', async () => {
  await write('lib/stack.js', 'built');
  await changedTimes(1);
  await write('lib/stack.js', 'built');
  // The change that is waited for comes after the one that must not be seen.
  await write('lib/marker.ts', 'marker');
  await changedTimes(2);
});

it.each(['node_modules/a/index.js', 'cdk.out/orders.template.json', '.git/HEAD', '.local/running-1.json'])(
  'what is written to %s is no change',
  async (path) => {
    await write(path, 'written');
    await write('lib/marker.ts', 'marker');
    await changedTimes(1);
  },
);
