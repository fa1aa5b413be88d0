import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { appAssembly } from '../../../local/app/app-assembly.ts';
import { LocalRunError } from '../../../local/errors.ts';

const NEVER = new AbortController().signal;

let folder: string;
let runFolder: string;
let said: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'app-'));
  runFolder = await mkdtemp(join(tmpdir(), 'run-'));
  said = [];
});

interface Settings {
  readonly build?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

function synthesized(command: string, { build, context = {} }: Settings = {}, signal = NEVER): Promise<string> {
  const settings = { isThere: true, app: undefined, build, context };
  const options = { folder, runFolder, say: (line: string) => said.push(line) };
  return appAssembly({ kind: 'command', command, settings }, options, signal);
}

/** A shell command that writes an assembly, as an app does, and `text` next to it. */
const writes = (text = '') => `mkdir -p "$CDK_OUTDIR" && echo {} > "$CDK_OUTDIR/manifest.json" && ${text || 'true'}`;

describe('the command of an app', () => {
  it('is run by the shell, in the working directory, and writes its assembly into the folder of the run', async () => {
    await writeFile(join(folder, 'here'), '');
    expect(await synthesized(writes('ls > "$CDK_OUTDIR/listing"'))).toBe(join(runFolder, 'cdk.out'));
    expect(await readFile(join(runFolder, 'cdk.out', 'listing'), 'utf8')).toBe('here\n');
    expect(said).toEqual([]);
  });

  it('gets the context as the Toolkit gives it', async () => {
    await synthesized(writes('printf %s "$CDK_CONTEXT_JSON" > "$CDK_OUTDIR/context"'), { context: { stage: 'dev' } });
    expect(await readFile(join(runFolder, 'cdk.out', 'context'), 'utf8')).toBe('{"stage":"dev"}');
  });

  it('gets a context that is too long for a variable in a file', async () => {
    const context = { long: 'x'.repeat(200_000) };
    await synthesized(writes('cp "$CONTEXT_OVERFLOW_LOCATION_ENV" "$CDK_OUTDIR/context"'), { context });
    expect(JSON.parse(await readFile(join(runFolder, 'cdk.out', 'context'), 'utf8'))).toEqual(context);
  });

  it('comes after the command that builds the app', async () => {
    await synthesized(`test -f built && ${writes()}`, { build: 'touch built' });
    expect(await readdir(folder)).toEqual(['built']);
  });

  it('may be a script that only Node.js can run', async () => {
    const script = `const { mkdirSync, writeFileSync } = require('node:fs');
      mkdirSync(process.env.CDK_OUTDIR); writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', process.argv[2]);`;
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }');
    await writeFile(join(folder, 'bin', 'app.js'), script);
    await synthesized('bin/app.js {}');
    await chmod(join(folder, 'bin', 'app.js'), 0o755);
    await expect(synthesized('bin/app.js {}')).rejects.toThrow('The app');
  });

  it('ends with all that it has started when the run is stopped', async () => {
    const stopping = new AbortController();
    const child = `sh -c 'trap "touch ended; exit" TERM; touch started; while :; do sleep 0.05; done'`;
    const running = synthesized(`${child} & wait`, {}, stopping.signal);
    await vi.waitUntil(() => existsSync(join(folder, 'started')), { interval: 20 });
    stopping.abort();
    await expect(running).rejects.toThrow('aborted');
    expect(existsSync(join(folder, 'ended'))).toBe(true);
  });
});

describe('one sentence says', () => {
  it.each([
    [
      'that the app fails, below what it has written',
      'echo why >&2; exit 3',
      'echo why >&2; exit 3`, exit code 3): see above.',
      ['why'],
    ],
    ['that the app fails without a word', 'exit 3', 'The app failed (`exit 3`, exit code 3).', []],
    ['that a signal ended it', 'kill -9 $$', "The app's command cannot be run (`kill -9 $$`, SIGKILL)", []],
    [
      'that there is no such command',
      './nothing-here',
      "The app's command cannot be run (`./nothing-here`, exit code 127): see above: name another with --app COMMAND.",
      [expect.stringContaining('nothing-here')],
    ],
    [
      'that the app wrote no assembly',
      'true',
      'The app ended well (`true`), but wrote no cloud assembly: name the',
      [],
    ],
  ])('%s', async (_, command, sentence, output) => {
    const error = await synthesized(command).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LocalRunError);
    expect(String(error)).toContain(sentence);
    expect(said).toEqual(output);
  });

  it('that a folder is no assembly', async () => {
    const options = { folder, runFolder, say: () => undefined };
    await expect(appAssembly({ kind: 'assembly', folder: '/nowhere/cdk.out' }, options, NEVER)).rejects.toThrow(
      "The folder /nowhere/cdk.out is no cloud assembly, since it has no manifest.json: write one with `npx cdk synth`, or name the app's command with --app COMMAND.",
    );
  });
});
