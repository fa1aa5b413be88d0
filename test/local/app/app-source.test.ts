import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { appSource } from '../../../local/app/app-source.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'app-source-'));
});

const NOTHING = { app: undefined, output: undefined };

function write(name: string, value: object | string): Promise<void> {
  return writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
}

describe('the app of a folder', () => {
  it.each([
    ['node bin/app.js', 'node bin/app.js'],
    [['npx', 'tsx', 'bin/app.ts'], 'npx tsx bin/app.ts'],
  ])('is the one that cdk.json names, %j', async (app, command) => {
    await write('cdk.json', { app });
    expect(await appSource(NOTHING, folder)).toMatchObject({ kind: 'command', command });
  });

  it('is the one that --app names, with the context of cdk.json', async () => {
    await write('cdk.json', { app: 'node other.js', build: 'npm run build', context: { stage: 'dev' } });
    const source = await appSource({ app: 'node bin/app.js', output: undefined }, folder);
    expect(source).toMatchObject({
      ...{ kind: 'command', command: 'node bin/app.js' },
      settings: { build: 'npm run build', context: { stage: 'dev' } },
    });
  });

  it('gets the context of its own files, cdk.json first, and what the Toolkit adds', async () => {
    await write('cdk.json', { app: 'app', context: { both: 'cdk.json' } });
    await write('cdk.context.json', { both: 'cdk.context.json', 'vpc:1': { vpcId: 'vpc-1' } });
    expect(await appSource(NOTHING, folder)).toMatchObject({
      settings: {
        context: { both: 'cdk.json', 'vpc:1': { vpcId: 'vpc-1' }, 'aws:cdk:enable-path-metadata': true },
      },
    });
  });

  it.each([
    ['--output', { app: undefined, output: 'cdk.out' }],
    ['--app', { app: 'cdk.out', output: undefined }],
  ])('is an assembly where %s names its folder', async (_, options) => {
    await mkdir(join(folder, 'cdk.out'));
    expect(await appSource(options, folder)).toEqual({ kind: 'assembly', folder: join(folder, 'cdk.out') });
  });
});

describe('one sentence says', () => {
  it('that nothing names an app', async () => {
    await expect(appSource(NOTHING, folder)).rejects.toThrow(
      `There is no cdk.json in ${folder}: run this in the folder of a CDK app, or name the command that synthesizes it with --app COMMAND.`,
    );
  });

  it('that cdk.json names none', async () => {
    await write('cdk.json', { context: {} });
    await expect(appSource(NOTHING, folder)).rejects.toThrow(`The cdk.json in ${folder} names no app: run this in`);
  });

  it.each(['cdk.json', 'cdk.context.json'])('that %s is no JSON', async (name) => {
    await write(name, '{ "app": ');
    await expect(appSource({ app: 'app', output: undefined }, folder)).rejects.toThrow(
      `The file ${join(folder, name)} is no JSON: `,
    );
  });
});
