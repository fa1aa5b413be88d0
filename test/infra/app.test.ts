import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// Processes of their own synthesize here: that takes seconds of processor time, which other tests need too.
vi.setConfig({ testTimeout: 120_000 });

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'bearer-authorizer-app-'));
});
afterEach(() => rmSync(outdir, { recursive: true, force: true }));

/** Runs `infra/app.ts` as the CDK command does, without credentials, and optionally with another `deployment.ts`. */
function runApp(deployment?: string, more: Readonly<Record<string, string>> = {}) {
  const substitute = deployment === undefined ? [] : ['--import', dataModule(hookReturning(dataModule(deployment)))];
  // Without CDK's own rules, which take most of the time: `npm run synth` applies them, also in CI.
  const { PATH, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  const environment = { PATH, TMPDIR, NODE_COMPILE_CACHE, CDK_OUTDIR: outdir, CDK_VALIDATION: 'false', ...more };
  return spawnSync(process.execPath, [...substitute, 'infra/app.ts'], { encoding: 'utf8', env: environment });
}

function hookReturning(address: string): string {
  return `import { registerHooks } from 'node:module';
    const url = ${JSON.stringify(address)};
    registerHooks({ resolve: (specifier, context, next) =>
      specifier === './deployment.ts' ? { url, shortCircuit: true } : next(specifier, context) });`;
}

function dataModule(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** Keeps the CDK command from asking the network. */
const ALONE = {
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: 'true',
};

describe('the app behind npx cdk synth', () => {
  it('writes the template of the unchanged deployment without AWS credentials, for any Region and account', () => {
    const { status, stderr } = runApp();
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readdirSync(outdir)).toContain('bearer-authorizer.template.json');
    const manifest = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'));
    expect(manifest.artifacts['bearer-authorizer'].environment).toBe('aws://unknown-account/unknown-region');
  });

  it('knows the Region that the CDK command deploys to, and rejects what cannot work there', () => {
    const { status, stderr } = runApp(undefined, { CDK_DEFAULT_REGION: 'cn-north-1' });
    expect(stderr).toBe('issuers is {}: name an issuer of your own, since cn-north-1 has no Cognito user pools.\n');
    expect(status).toBe(1);
  });

  it('keeps the assets that the template names with --no-staging, also by the command itself', () => {
    // type-checked-app.test.ts runs what cdk.json names.
    const app = ['--app', 'node infra/app.ts'];
    const arguments_ = ['synth', ...app, '--quiet', '--no-staging', '--no-notices', '--output', outdir];
    const { status, stderr } = spawnSync('node_modules/.bin/cdk', arguments_, {
      encoding: 'utf8',
      env: { ...process.env, ...ALONE, CDK_VALIDATION: 'false' },
    });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('rror')]);
    const template = readFileSync(join(outdir, 'bearer-authorizer.template.json'), 'utf8');
    const paths = [...template.matchAll(/"aws:asset:path": "([^"]+)"/g)].map(([, path = '']) => path);
    expect(paths.map((path) => existsSync(join(path, 'index.cjs')))).toEqual([true, true, true, true]);
  });

  it.each([
    [
      'a wrong deployment',
      'export const deployment = { issuers: [] };',
      /^issuers is \[\]: write an object of issuers by alias: [^\n]+\.\n$/,
    ],
    ['no deployment', 'export const deployment = undefined;', /^deployment is missing: write an object: \{ … \}\.\n$/],
  ])('says in one sentence what is wrong with %s, and writes nothing', (_name, source, sentence) => {
    const { status, stdout, stderr } = runApp(source);
    expect(stderr).toMatch(sentence);
    expect(stdout).toBe('');
    expect(status).toBe(1);
    expect(readdirSync(outdir)).toEqual([]);
  });
});
