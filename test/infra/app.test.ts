import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'bearer-authorizer-app-'));
});
afterEach(() => rmSync(outdir, { recursive: true, force: true }));

/**
 * Runs `infra/app.ts` as `cdk synth --no-validation` does, without credentials, and optionally with another `deployment.ts`. The
 * rule packs cannot be loaded.
 */
function runApp(deployment?: string, more: Readonly<Record<string, string>> = {}) {
  const noRulePacks = { 'cdk-nag': "throw new Error('The rule packs are loaded.');" };
  return runWith({ ...noRulePacks, ...(deployment !== undefined && { './deployment.ts': deployment }) }, more);
}

/** The same with other modules, by the names that `import` gives them. */
function runWith(modules: Readonly<Record<string, string>>, more: Readonly<Record<string, string>>) {
  const substitutes = Object.entries(modules).map(([specifier, source]) => [specifier, dataModule(source)]);
  // Without CDK's own rules, which take most of the time: `npm run synth` applies them, also in CI.
  const { PATH, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  const environment = { PATH, TMPDIR, NODE_COMPILE_CACHE, CDK_OUTDIR: outdir, CDK_VALIDATION: 'false', ...more };
  const hook = ['--import', dataModule(hookReturning(Object.fromEntries(substitutes)))];
  return spawnSync(process.execPath, [...hook, 'infra/app.ts'], { encoding: 'utf8', env: environment });
}

function hookReturning(addresses: Readonly<Record<string, string>>): string {
  return `import { registerHooks } from 'node:module';
    const addresses = ${JSON.stringify(addresses)};
    registerHooks({ resolve: (specifier, context, next) =>
      specifier in addresses ? { url: addresses[specifier], shortCircuit: true } : next(specifier, context) });`;
}

function dataModule(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** What synth says of the stacks of an assembly, besides warnings and errors. */
function infosIn(folder: string): readonly string[] {
  const manifests = readdirSync(folder).filter((name) => name.endsWith('.metadata.json'));
  return manifests
    .flatMap((name) => Object.values(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, Entry[]>))
    .flat()
    .flatMap(({ type, data }) => (type === 'aws:cdk:info' ? [String(data)] : []));
}

interface Entry {
  readonly type: string;
  readonly data?: unknown;
}

/** Keeps the CDK command from asking the network. */
const ALONE = {
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: 'true',
};

describe('the app behind npx cdk synth', () => {
  it('writes the template of the unchanged deployment by the rule packs, without AWS credentials, for any Region and account', () => {
    // Loading them leaves out CDK's own rules, which take most of the time.
    const nag = `process.env.CDK_VALIDATION = 'false'; export * from ${JSON.stringify(import.meta.resolve('cdk-nag'))};`;
    const { status, stderr } = runWith({ 'cdk-nag': nag }, { CDK_VALIDATION: 'true' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readdirSync(outdir)).toContain('bearer-authorizer.template.json');
    const manifest = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'));
    expect(manifest.artifacts['bearer-authorizer'].environment).toBe('aws://unknown-account/unknown-region');
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    expect(pluginReports).toMatchObject([{ pluginName: 'AwsSolutions' }, { pluginName: 'Serverless' }]);
  });

  it('knows the Region that the CDK command deploys to, and rejects what cannot work there', () => {
    const { status, stderr } = runApp(undefined, { CDK_DEFAULT_REGION: 'cn-north-1' });
    expect(stderr).toBe('issuers is {}: name an issuer of your own, since cn-north-1 has no Cognito user pools.\n');
    expect(status).toBe(1);
  });

  describe('of a deployment with stages', () => {
    const staged = (stages: string) => `
      import { Duration } from ${JSON.stringify(import.meta.resolve('aws-cdk-lib'))};
      import { oidc } from ${JSON.stringify(import.meta.resolve('../../infra/issuers/oidc.ts'))};
      export const deployment = {
        issuers: { main: oidc({ issuer: 'https://login.example.com', audience: 'https://api.example.com' }) },
        routes: [{ method: 'GET', path: '/orders', scopes: ['orders:read'] }],
        resultTtl: Duration.seconds(60),
        stages: ${stages},
      };`;
    const bothStages = staged("{ dev: { realm: 'orders-dev' }, prod: { stackName: 'bearer-authorizer' } }");
    const stacks = () =>
      readdirSync(outdir).flatMap((name) =>
        name.endsWith('.template.json') ? [name.replace('.template.json', '')] : [],
      );

    it('writes a template for each stage, and says of a new stack that its table is a new one', () => {
      const { status, stderr } = runApp(bothStages);
      expect([status, stderr]).toEqual([0, '']);
      expect(stacks()).toEqual(['bearer-authorizer-dev', 'bearer-authorizer']);
      expect(readFileSync(join(outdir, 'bearer-authorizer-dev.template.json'), 'utf8')).toContain('orders-dev');
      expect(infosIn(outdir)).toEqual([
        expect.stringMatching(/^bearer-authorizer-dev has a revocation table of its own: .* in stages\.dev; /),
      ]);
    });

    it('writes the template of the stage that is chosen by `-c stage=…`', () => {
      const { status } = runApp(bothStages, { CDK_CONTEXT_JSON: JSON.stringify({ stage: 'dev' }) });
      expect([status, stacks()]).toEqual([0, ['bearer-authorizer-dev']]);
    });

    it('begins what is wrong with its stage, and writes nothing', () => {
      const { status, stdout, stderr } = runApp(staged("{ dev: {}, prod: { alarmEmail: 'nobody' } }"));
      expect({ status, stdout, stderr }).toEqual({
        status: 1,
        stdout: '',
        stderr: 'stages.prod: alarmEmail is "nobody": write one e-mail address.\n',
      });
      expect(readdirSync(outdir)).toEqual([]);
    });
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
    expect(paths.map((path) => existsSync(join(path, 'index.cjs')))).toEqual([true, true, true, true, true]);
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
