import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeUnder } from '../support/document-blocks.ts';

/** The files of the repository that `npx cdk synth` needs. */
const PARTS = ['cdk.json', 'package.json', 'tsconfig.json', 'infra', 'lambda', 'local/runtime'];

let folder: string;
let original: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bearer-authorizer-typed-'));
  for (const part of PARTS) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  original = readFileSync('infra/deployment.ts', 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { app } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly app: string };

/** Its commands without the check of types. */
const untyped = app.replace(/"tsc .* && /, '"');

/**
 * Runs the app that cdk.json names as a CDK command does that npx has not started, with this `deployment.ts`.
 * @param part - the commands to run
 */
function synthesize(deployment: string, part = app) {
  writeFileSync(join(folder, 'infra', 'deployment.ts'), deployment);
  const { PATH = '', TMPDIR, NODE_COMPILE_CACHE, GOGC } = process.env;
  const outdir = mkdtempSync(join(folder, 'out-'));
  const env = {
    PATH: PATH.split(delimiter)
      .filter((directory) => !directory.endsWith(join('node_modules', '.bin')))
      .join(delimiter),
    TMPDIR,
    NODE_COMPILE_CACHE,
    GOGC,
    CDK_OUTDIR: outdir,
    // Without CDK's own rules, which take most of the time: `npm run synth` applies them, also in CI.
    CDK_VALIDATION: 'false',
  };
  const { status, stdout, stderr } = spawnSync(part, { shell: true, cwd: folder, encoding: 'utf8', env });
  return { status, stdout, stderr, written: readdirSync(outdir) };
}

function withIssuer(preset: string, options: string): string {
  return original
    .replace(
      'import type { Deployment }',
      `import { ${preset} } from './issuers/${preset}.ts';\nimport type { Deployment }`,
    )
    .replace('issuers: {},', `issuers: { main: ${preset}(${options}) },`);
}

/** What the documents have. */
const DOMAIN = "auth0({ domain: 'acme.eu.auth0.com'";

/** The deployment file that the README shows. */
function readmeSnippet(): string {
  return codeUnder('README.md', 'Deploy it', 'ts').join('');
}

/** The deployment file with stages that the document on operations shows. */
function stagesSnippet(): string {
  return codeUnder('docs/operations.md', 'Several stages', 'ts').join('');
}

/** The file changed as its own comment says: an import, and the field that replaces `issuers: {}`. */
function asCommentSays(): string {
  const [, line = '', field = ''] = /\n \* {5}(import .*)\n \* {5}(issuers: .*)\n/.exec(original) ?? [];
  return original
    .replace('import type { Deployment }', `${line}\nimport type { Deployment }`)
    .replace('issuers: {},', field);
}

describe('the app that cdk.json names', () => {
  it("synthesizes the README's snippet, pasted over deployment.ts", () => {
    expect(readmeSnippet()).toContain(DOMAIN);
    expect(outcome(synthesize(readmeSnippet()))).toEqual(synthesized('bearer-authorizer'));
  });

  // The types of these files are checked below.
  it.each<[string, () => string, ...string[]]>([
    ['deployment.ts changed as its comment says', asCommentSays, 'bearer-authorizer'],
    ['the stages of docs/operations.md', stagesSnippet, 'bearer-authorizer-dev', 'bearer-authorizer-prod'],
  ])('synthesizes %s', (_name, deployment, ...stacks) => {
    expect(deployment()).toContain(DOMAIN);
    expect(outcome(synthesize(deployment(), untyped))).toEqual(synthesized(...stacks));
  });

  it('prints only the sentence if a preset rejects its options while deployment.ts is read', () => {
    const { status, stdout, stderr, written } = synthesize(
      withIssuer('auth0', "{ domain: 'https://acme.eu.auth0.com', audience: 'https://api.acme.example' }"),
      // The check of types does not notice a wrong value.
      untyped,
    );
    expect(stderr).toBe(
      'auth0: domain is "https://acme.eu.auth0.com": write the host name alone, in lower case as tokens have it, such as ' +
        'login.example.com.\n',
    );
    expect({ status, stdout, written }).toEqual({ status: 1, stdout: '', written: [] });
  });

  it('checks the types first, and names the line of each mistake', () => {
    const misspelt = "google({ clientIds: ['a'], acceptIdTokens: true, hostedDomian: 'acme.example' })";
    const ofAnotherPreset = "okta({ domain: 'a.okta.com', audience: 'a', clientIds: ['spa'] })";
    const notImported = "oidc({ issuer: 'https://a.example', audience: 'a' })";
    const issuers = [`a: ${misspelt}`, `b: ${ofAnotherPreset}`, `c: ${notImported}`].join(',\n');
    // One run of the compiler, which takes seconds, finds nothing wrong with these files.
    const sound = { './as-comment-says.ts': asCommentSays(), './stages-snippet.ts': stagesSnippet() };
    for (const [name, text] of Object.entries(sound)) writeFileSync(join(folder, 'infra', name), text);
    const { status, stdout, written } = synthesize(
      Object.keys(sound)
        .map((name) => `import '${name}';\n`)
        .join('') +
        original
          .replace(
            'import type {',
            "import { google } from './issuers/google.ts';\nimport { okta } from './issuers/okta.ts';\nimport type {",
          )
          .replace('issuers: {},', `issuers: {\n${issuers}\n},`),
    );
    const first = lineOf('hostedDomian', folder);
    const lines = stdout.split('\n').filter((line) => line.startsWith('infra/'));
    expect(lines.map((line) => line.replace(/,\d+\): error TS\d+: .*?'(\w+)'.*/, ') $1'))).toEqual([
      `infra/deployment.ts(${first}) hostedDomian`,
      `infra/deployment.ts(${first + 1}) clientIds`,
      `infra/deployment.ts(${first + 2}) oidc`,
    ]);
    expect(status).not.toBe(0);
    expect(written).toEqual([]);
  });
});

function outcome({ written, ...said }: ReturnType<typeof synthesize>) {
  return { ...said, templates: written.filter((name) => name.endsWith('.template.json')).toSorted() };
}

function synthesized(...stacks: readonly string[]) {
  return { status: 0, stdout: '', stderr: '', templates: stacks.map((name) => `${name}.template.json`) };
}

/** The number of the line, counted from 1. */
function lineOf(text: string, folder: string): number {
  const lines = readFileSync(join(folder, 'infra', 'deployment.ts'), 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(text)) + 1;
}
