import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

// Compiling and synthesizing in processes of their own: seconds, but of processor time that other tests want too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** What `npx cdk synth` needs of the repository. */
const PARTS = ['cdk.json', 'package.json', 'tsconfig.json', 'infra', 'lambda'];

let folder: string;
let original: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bearer-authorizer-typed-'));
  for (const part of PARTS) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  original = readFileSync('infra/deployment.ts', 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the app that cdk.json names, as the CDK command does, with this `deployment.ts`. */
function synthesize(deployment: string) {
  writeFileSync(join(folder, 'infra', 'deployment.ts'), deployment);
  const { app } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly app: string };
  const { PATH = '', TMPDIR } = process.env;
  const outdir = mkdtempSync(join(folder, 'out-'));
  const env = {
    PATH: `${join(process.cwd(), 'node_modules', '.bin')}:${PATH}`,
    TMPDIR,
    CDK_OUTDIR: outdir,
    // CDK's own rules are for `npm run synth`, which CI runs too: they take most of the time.
    CDK_VALIDATION: 'false',
  };
  const { status, stdout, stderr } = spawnSync(app, { shell: true, cwd: folder, encoding: 'utf8', env });
  return { status, stdout, stderr, written: readdirSync(outdir) };
}

function withIssuer(preset: string, options: string): string {
  return original
    .replace(
      'import type { Deployment }',
      `import { ${preset} } from './issuer-presets.ts';\nimport type { Deployment }`,
    )
    .replace('issuers: {},', `issuers: { main: ${preset}(${options}) },`);
}

/** The block of TypeScript in the README's section on the deployment. */
function readmeSnippet(): string {
  const [, section = ''] = readFileSync('README.md', 'utf8').split('### Your identity provider and your routes\n');
  const [, code = ''] = /```ts\n(.*?)```/s.exec(section) ?? [];
  return code;
}

/** What the file's own comment tells to write: an import, and the field in place of `issuers: {}`. */
function asCommentSays(): string {
  const [, line = '', field = ''] = /\n \* {5}(import .*)\n \* {5}(issuers: .*)\n/.exec(original) ?? [];
  return original
    .replace('import type { Deployment }', `${line}\nimport type { Deployment }`)
    .replace('issuers: {},', field);
}

describe('the app that cdk.json names', () => {
  it.each([
    ["the README's snippet, pasted over deployment.ts", readmeSnippet],
    ['deployment.ts changed as its comment says', asCommentSays],
  ])('synthesizes %s', (_name, deployment) => {
    expect(deployment()).toContain("auth0({ domain: 'acme.eu.auth0.com'");
    const { status, stdout, stderr, written } = synthesize(deployment());
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(written).toContain('bearer-authorizer.template.json');
  });

  it('says the sentence alone where a preset refuses its options while deployment.ts is read', () => {
    const { status, stdout, stderr, written } = synthesize(
      withIssuer('auth0', "{ domain: 'https://acme.eu.auth0.com', audience: 'https://api.acme.example' }"),
    );
    expect(stderr).toBe(
      'auth0: domain is "https://acme.eu.auth0.com": write the host name alone, in lower case as tokens have it, such as ' +
        'login.example.com.\n',
    );
    expect({ status, stdout, written }).toEqual({ status: 1, stdout: '', written: [] });
  });

  it.each([
    [
      'a misspelt option',
      'google',
      "{ clientIds: ['a'], acceptIdTokens: true, hostedDomian: 'acme.example' }",
      'hostedDomian',
    ],
    ['an option of another preset', 'okta', "{ domain: 'a.okta.com', audience: 'a', clientIds: ['spa'] }", 'clientIds'],
  ])('checks the types first, and names the line, for %s', (_name, preset, options, member) => {
    const { status, stdout, written } = synthesize(withIssuer(preset, options));
    expect(stdout).toMatch(/^infra\/deployment\.ts\(\d+,\d+\): error TS\d+: /);
    expect(stdout).toContain(`'${member}'`);
    expect(status).not.toBe(0);
    expect(written).toEqual([]);
  });

  it('names the line of a preset that deployment.ts does not import', () => {
    const { stdout } = synthesize(
      original.replace('issuers: {},', "issuers: { main: oidc({ issuer: 'https://a.example', audience: 'a' }) },"),
    );
    expect(stdout).toMatch(/^infra\/deployment\.ts\(\d+,\d+\): error TS2304: Cannot find name 'oidc'\./);
  });
});
