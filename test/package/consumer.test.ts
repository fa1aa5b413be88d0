import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiFiles, apiProblems } from '../../docs/generate/api-reference.ts';
import { DESCRIPTION_KEY, STACK_OUTPUTS } from '../../lambda/configuration/authorizer-description.ts';
import { nameOf, ROUTES_FILE, type Route } from '../../lambda/policy/route.ts';
import type { PublicApi } from '../../package/public-api.ts';
import { tarballProblems } from '../../package/tarball-check.ts';
import { commonJs, guideCode } from '../apps/app-code.ts';
import { cdkInit, synthesizedBy, typeCheck, writeModules } from '../apps/init-app.ts';
import { codeUnder } from '../support/document-blocks.ts';
import { linkPackages } from '../support/package/linked-packages.ts';
import { packedPackage } from '../support/package/packed-package.ts';

const run = promisify(execFile);

/** The packages of a consumer besides ours: its own CDK and, to check types, the compiler and Node's types. */
const OWN_PACKAGES = ['aws-cdk-lib', 'constructs', 'aws-cdk', 'typescript', '@types/node'];

const CONSUMER_TSCONFIG = {
  compilerOptions: { module: 'nodenext', target: 'esnext', strict: true, noEmit: true, types: ['node'] },
  include: ['*/*.ts', '*/*.cts', 'guide/*/*.ts'],
};

/** An application outside the repository, with the packed library installed and the folders of `examples/` in it. */
const folder = mkdtempSync(join(tmpdir(), 'bearer-authorizer-consumer-'));
const installed = join(folder, 'node_modules', 'bearer-authorizer');
const program = join(folder, 'node_modules', '.bin', 'bearer-authorizer');

/** Uses the library by `require` and by `import`, with the types of both. */
const ONE_CLASS_APP = `
const { App, Stack }: typeof import('aws-cdk-lib') = require('aws-cdk-lib');
const { HttpApi }: typeof import('aws-cdk-lib/aws-apigatewayv2') = require('aws-cdk-lib/aws-apigatewayv2');
const required: typeof import('bearer-authorizer') = require('bearer-authorizer');

async function main(): Promise<void> {
  const imported = await import('bearer-authorizer');
  const issuers = { main: imported.oidc({ issuer: 'https://login.acme.example', audience: 'api' }) };
  const stack = new Stack(new App());
  const authorizer: InstanceType<typeof required.BearerAuthorizer> = new imported.BearerAuthorizer(stack, 'Authorizer', {
    issuers,
    routes: [{ method: 'GET', path: '/orders', scopes: [] }],
  });
  new HttpApi(stack, 'Orders', { defaultAuthorizer: authorizer.forHttpApi() });
  const names = Object.entries(required).map(([name, value]) => [name, value === Reflect.get(imported, name)]);
  console.log(JSON.stringify([authorizer instanceof required.BearerAuthorizer, ...names]));
}
main();
`;

/** Names that an app needs for the types of its own variables. None of them is there when it runs. */
const NAMED_TYPES = `
import type { AuditTrail, AuthorizerFunction, OperatorPolicies, RevocationFlusher } from 'bearer-authorizer';
import * as library from 'bearer-authorizer';
export function partsOf(authorizer: library.BearerAuthorizer) {
  const auditTrail: AuditTrail | undefined = authorizer.auditTrail;
  const policies: OperatorPolicies = authorizer.policies;
  const flusher: RevocationFlusher | undefined = authorizer.flusher;
  const { function: verifier }: { function: AuthorizerFunction } = authorizer;
  return { auditTrail, policies, flusher, verifier };
}
// @ts-expect-error: the package has no value of this name.
export const value = library.AuditTrail;
`;

/** The guide's app as `cdk init` lays it out: CommonJS, with jest's `test`. */
function writeGuide(): void {
  const guide = join(folder, 'guide');
  const files = {
    ...guideCode(),
    'package.json': '{ "type": "commonjs" }',
    'test/jest.d.ts': 'declare function test(name: string, body: () => void): void;\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(guide, path)), { recursive: true });
    writeFileSync(join(guide, path), text);
    if (path.endsWith('.ts')) writeFileSync(join(guide, path.replace(/ts$/, 'js')), commonJs(text));
  }
}

async function install(): Promise<void> {
  const flags = ['--offline', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...flags, tarball], { cwd: folder });
}

let tarball: string;
let packedFiles: readonly string[];

beforeAll(async () => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'orders', type: 'module', private: true }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...CONSUMER_TSCONFIG }));
  cpSync('examples', folder, { recursive: true });
  mkdirSync(join(folder, 'both'));
  writeFileSync(join(folder, 'both', 'one-class.cts'), ONE_CLASS_APP);
  writeFileSync(join(folder, 'both', 'named-types.ts'), NAMED_TYPES);
  writeGuide();
  ({ tarball, files: packedFiles } = await packedPackage());
  await install();
  linkPackages(folder, OWN_PACKAGES);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command that the example's README shows in the example's folder. */
async function synthesize(example: string): Promise<{ readonly template: Template; readonly outdir: string }> {
  const cwd = join(folder, example);
  const outdir = join(cwd, 'cdk.out');
  const [title = ''] = readFileSync(join(cwd, 'README.md'), 'utf8').split('\n');
  const [command = ''] = codeUnder(`examples/${example}/README.md`, title.replace('# ', ''), 'sh');
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
  await run('sh', ['-c', command], { cwd, env });
  return {
    template: Template.fromJSON(JSON.parse(readFileSync(join(outdir, 'orders.template.json'), 'utf8'))),
    outdir,
  };
}

describe('the package', () => {
  it('holds the compiled library with its types, the bundles, the README, the licence, and no source', () => {
    const strangers = packedFiles.filter(
      (path) =>
        !/^(package\.json|README\.md|LICENSE|dist\/library\.(cjs|mjs|d\.cts|d\.mts)|dist\/bundles\/.+\/(index\.cjs|THIRD-PARTY-NOTICES\.txt)|dist\/cli\/(bearer-authorizer\.cjs|aws-sdk\.cjs|THIRD-PARTY-NOTICES\.txt)|dist\/local\/(start\.cjs|(lambda-runtime|orphan-guard\.process)\.mjs|THIRD-PARTY-NOTICES\.txt|page\/((page|callback)\.(html|js)|page\.css|icon\.svg)))$/.test(
          path,
        ),
    );
    expect(strangers).toEqual([]);
    expect(packedFiles).toEqual(
      expect.arrayContaining([
        'LICENSE',
        ...['cjs', 'mjs', 'd.cts', 'd.mts'].map((extension) => `dist/library.${extension}`),
        'dist/bundles/authorizer/index.cjs',
        'dist/bundles/flusher/index.cjs',
        'dist/bundles/signals/index.cjs',
      ]),
    );
  });

  it('has the types that its code has, in every way in which TypeScript and Node.js resolve it', async () => {
    expect(await tarballProblems(tarball)).toEqual([]);
  });

  it('exports every type that it uses, with doc comments, and docs/api.md and infra/library.api.md are up to date', () => {
    const api: PublicApi = JSON.parse(readFileSync('reports/public-api.json', 'utf8'));
    expect(apiProblems(api)).toEqual([]);
    for (const [path, text] of Object.entries(apiFiles(api))) {
      expect(readFileSync(path, 'utf8'), `${path} is stale: run \`npm run docs:api\`, and read what changes`).toBe(
        text,
      );
    }
  });

  it('holds the licence text of every package whose code is in its bundles', () => {
    for (const bundle of ['authorizer', 'signals']) {
      const notices = readFileSync(join(installed, 'dist', 'bundles', bundle, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
      expect(notices).toMatch(/^jose [\d.]+ \(MIT\)\n/);
      expect(notices).toContain(readFileSync('node_modules/jose/LICENSE.md', 'utf8').trim());
    }
    // The flusher has none: test/architecture.test.ts lists the packages of each bundle.
    expect(packedFiles).not.toContain('dist/bundles/flusher/THIRD-PARTY-NOTICES.txt');
  });

  it('needs only the CDK from its consumer', () => {
    const { dependencies, peerDependencies, engines } = JSON.parse(
      readFileSync(join(installed, 'package.json'), 'utf8'),
    );
    expect(dependencies).toBeUndefined();
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(engines).toEqual({ node: '>=20' });
    expect(() => createRequire(join(installed, 'dist', 'library.cjs')).resolve('esbuild')).toThrow();
  });

  it('calls nothing that Node.js 20.0 lacks and the declarations of Node.js 24 have', () => {
    // infra/library.tsconfig.json does the same for JavaScript's own library.
    const code = readFileSync(join(installed, 'dist', 'library.cjs'), 'utf8');
    expect(code.match(/\b(URL\.parse|getBuiltinModule|styleText|globSync)\b/g)).toBeNull();
  });

  it('has types that need only the CDK and Node.js', () => {
    const declarations = readFileSync(join(installed, 'dist', 'library.d.cts'), 'utf8');
    const packages = [...declarations.matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)].map(([, name = '']) => name);
    expect(packages.length).toBeGreaterThan(10);
    expect(packages.filter((name) => !/^(aws-cdk-lib|constructs)(\/|$)|^node:/.test(name))).toEqual([]);
  });

  it('gives `require` and `import` the same classes and functions, so that instanceof holds across both', async () => {
    const { stdout } = await run(process.execPath, [join('both', 'one-class.cts')], { cwd: folder });
    const [isInstance, ...names] = JSON.parse(stdout);
    expect(isInstance).toBe(true);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter(([, isSame]: [string, boolean]) => !isSame)).toEqual([]);
  });
});

describe.concurrent('the applications in examples/, from the packed library', () => {
  it('pass the type check', async () => {
    const tsc = join(folder, 'node_modules', 'typescript', 'bin', 'tsc');
    await expect(run(process.execPath, [tsc, '--skipLibCheck'], { cwd: folder })).resolves.toBeDefined();
  });

  it("pass the test of the guide's ten minutes", async () => {
    const script =
      "globalThis.test = (name, body) => { body(); console.log(name); }; require('./guide/test/orders.test.js');";
    const { stdout } = await run(process.execPath, ['--input-type=commonjs', '--eval', script], { cwd: folder });
    expect(stdout).toBe('every method asks the authorizer\n');
  });

  it('protect an API of three methods in at most ten lines', () => {
    const [, construct = ''] = readFileSync('examples/orders/orders.ts', 'utf8').split('const authorizer = ');
    expect(construct.slice(0, construct.indexOf('\n});')).split('\n').length + 1).toBeLessThanOrEqual(10);
  });

  it('synthesize for an existing API', async () => {
    const { template, outdir } = await synthesize('orders');
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { AuthorizationType: 'CUSTOM' }, 3);
    // The metadata that says where clients get a token, and its preflight; logout tokens; clients' own revocation, and its preflight.
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { AuthorizationType: 'NONE' }, 5);
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', { Type: 'TOKEN' });
    const { apiUrl, table, authorizer } = STACK_OUTPUTS;
    for (const output of [apiUrl, table, authorizer]) template.hasOutput(output, {});
    template.hasResource('AWS::Lambda::Function', { Metadata: { [DESCRIPTION_KEY]: Match.anyValue() } });
    const withRoutes = readdirSync(outdir).filter((asset) => existsSync(join(outdir, asset, ROUTES_FILE)));
    expect(withRoutes.map((asset) => readdirSync(join(outdir, asset)).sort())).toEqual([
      ['THIRD-PARTY-NOTICES.txt', 'index.cjs', ROUTES_FILE],
    ]);
  });

  it('synthesize for an HTTP API and a REST API on one authorizer, which share its function and table', async () => {
    const { template } = await synthesize('http-api');
    template.resourcePropertiesCountIs('AWS::ApiGatewayV2::Route', { AuthorizationType: 'CUSTOM' }, 2);
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { AuthorizationType: 'CUSTOM' }, 2);
    // Clients' own revocation.
    template.resourcePropertiesCountIs('AWS::ApiGatewayV2::Route', { AuthorizationType: 'NONE' }, 1);
    for (const type of ['AWS::ApiGatewayV2::Authorizer', 'AWS::ApiGateway::Authorizer', 'AWS::DynamoDB::Table']) {
      template.resourcePropertiesCountIs(type, Match.objectLike({}), type === 'AWS::DynamoDB::Table' ? 2 : 1);
    }
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: '5xx' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: '5XXError' });
  });

  it('synthesize for an API from its OpenAPI document', async () => {
    const { template } = await synthesize('orders-openapi');
    const [api] = Object.values(template.findResources('AWS::ApiGateway::RestApi'));
    const { paths, components } = api?.Properties.Body ?? {};
    const [[scheme] = []] = paths['/orders'].get.security.map(Object.keys);
    expect(Object.keys(components.securitySchemes)).toEqual([scheme]);
  });
});

/** An API in TypeScript, with a method that stays open. */
const REST_STACK = `import { Stack, type App } from 'aws-cdk-lib';
import { AuthorizationType, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';

export function ordersStack(app: App): void {
  const stack = new Stack(app, 'OrdersStack');
  const api = new RestApi(stack, 'Api', {
    deployOptions: { stageName: 'v1' },
    defaultIntegration: new MockIntegration(),
    defaultCorsPreflightOptions: { allowOrigins: ['https://app.example.com'] },
  });
  const orders = api.root.addResource('orders');
  for (const method of ['GET', 'POST']) orders.addMethod(method);
  orders.addResource('{id}').addMethod('ANY');
  api.root.addResource('ping').addMethod('GET', undefined, { authorizationType: AuthorizationType.NONE });
}
`;
const REST_ENTRY = `import { App } from 'aws-cdk-lib';
import { ordersStack } from '../lib/orders-stack.ts';

ordersStack(new App());
`;
const HTTP_API = `
    const api = new HttpApi(this, 'Api');
    const integration = new HttpUrlIntegration('Backend', 'https://backend.example.com');
    for (const path of ['/orders', '/orders/{id}']) api.addRoutes({ path, methods: [HttpMethod.GET], integration });
`;
const HTTP_IMPORTS = `const { HttpApi, HttpMethod } = require('aws-cdk-lib/aws-apigatewayv2');
const { HttpUrlIntegration } = require('aws-cdk-lib/aws-apigatewayv2-integrations');
`;

describe.concurrent('init, and its patch', () => {
  /** Each route with its scopes, as the description of the app's authorizer has them. */
  async function routesAfterInit(cwd: string, words: string) {
    const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
    await run('sh', ['-ec', `npx bearer-authorizer init ${words} > init.patch && git apply init.patch`], { cwd, env });
    const { stdout } = await run(program, ['routes', await synthesizedBy(cwd), '--json']);
    const { routes }: { routes: readonly Route[] } = JSON.parse(stdout);
    return Object.fromEntries(routes.map((route) => [nameOf(route), route.scopes.join()]));
  }

  it('give an app as cdk init makes it an example that works', async ({ expect }) => {
    const cwd = join(folder, 'init', 'orders');
    await cdkInit(cwd, 'typescript');
    expect(await routesAfterInit(cwd, '')).toEqual({ 'GET /orders': 'orders:read' });
    const [shown = ''] = codeUnder('docs/adding-to-your-api.md', 'Start with `init`', 'console');
    const printed = readFileSync(join(cwd, 'init.patch'), 'utf8').split('\n');
    expect(printed).toEqual(expect.arrayContaining(shown.split('\n').filter((line) => !/^(\$ .*|…|)$/.test(line))));
    await expect(typeCheck(cwd)).resolves.toBeUndefined();
  });

  it('guard the REST API of an app of modules, and leave open what is open', async ({ expect }) => {
    const cwd = join(folder, 'init', 'modules');
    writeModules(cwd, { 'bin/orders.ts': REST_ENTRY, 'lib/orders-stack.ts': REST_STACK });
    expect(await routesAfterInit(cwd, '--dry-run --issuer https://acme.eu.auth0.com --audience api')).toEqual({
      'GET /orders': 'orders:read',
      'POST /orders': 'orders:write',
      'ANY /orders/{id}': 'orders:write',
    });
    await expect(typeCheck(cwd)).resolves.toBeUndefined();
  });

  it('guard the HTTP API of an app in JavaScript as cdk init makes it', async ({ expect }) => {
    const cwd = join(folder, 'init', 'javascript', 'orders');
    await cdkInit(cwd, 'javascript');
    const stack = join(cwd, 'lib', 'orders-stack.js');
    const [before = '', after] = readFileSync(stack, 'utf8').split('super(scope, id, props);\n');
    writeFileSync(stack, `${HTTP_IMPORTS}${before}super(scope, id, props);\n${HTTP_API}${after}`);
    expect(await routesAfterInit(cwd, '')).toEqual({ 'GET /orders': 'orders:read', 'GET /orders/{id}': 'orders:read' });
  });
});

describe.concurrent('the program in the package', () => {
  const ended = (...words: readonly string[]) =>
    run(program, words, { cwd: folder, env: { ...process.env, npm_lifecycle_event: undefined } }).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }),
    );

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await ended('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it('prints its help', async () => {
    expect(await ended('--help')).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage: bearer-authorizer </) });
  });

  it('rejects a wrong command line in one sentence, with exit code 2', async () => {
    expect(await ended('revoke', 'subject')).toEqual({
      code: 2,
      out: '',
      err: "Missing required argument 'subject': see revoke subject --help.\n",
    });
  });

  it('names the ways to a deployment where there is none', async () => {
    expect(await ended('routes')).toMatchObject({ code: 1, err: expect.stringMatching(/^No deployment to work on/) });
  });

  it('shows with --synth who may call what in the app of its folder', async () => {
    const [, command = ''] =
      /^(npx bearer-authorizer routes --synth)$/m.exec(
        codeUnder('docs/adding-to-your-api.md', "The operator's program", 'sh').join(''),
      ) ?? [];
    const cwd = join(folder, 'orders');
    writeFileSync(join(cwd, 'cdk.json'), JSON.stringify({ app: 'node orders.ts' }));
    const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
    const { stdout } = await run('sh', ['-c', command], { cwd, env });
    expect(stdout).toMatch(/^METHOD +PATH +orders:read +orders:write +\(no scope\)\nGET +\/orders +yes +- +-\n/);
  });

  it('loads all that its commands need, AWS included', async () => {
    const commands = ['lint', 'list', 'token', 'routes', 'show key k', 'restore key k', 'revoke key k', 'import f.csv'];
    for (const command of commands) {
      const words = `${command} --stack none --region eu-west-1 --json`.split(' ');
      const { code, out } = await ended(...words);
      expect({ code, command, document: JSON.parse(out) }).toEqual({
        code: 1,
        command,
        document: { error: expect.stringMatching(/^The stack none cannot be read in eu-west-1: /) },
      });
    }
  });

  it.each([['--help'], ['--version'], ['frobnicate'], ['plan', '--requests-per-second', '1', '--active-tokens', '1']])(
    'loads neither the SDK nor what it needs of Node.js for %s',
    async (...words) => {
      const probe = join(folder, 'probe.cjs');
      writeFileSync(
        probe,
        `process.on('exit', () => {
          const ours = Object.keys(require.cache).filter((file) => file !== __filename);
          const theirs = process.moduleLoadList.filter((name) => /^NativeModule (https?|http2|tls|crypto)$/.test(name));
          require('node:fs').writeSync(2, JSON.stringify([...ours.map((file) => require('node:path').basename(file)), ...theirs]));
        });`,
      );
      const script = join(installed, 'dist', 'cli', 'bearer-authorizer.cjs');
      const loaded = await run(process.execPath, ['--require', probe, script, ...words]).catch((error) => error);
      expect(loaded.stderr.split('\n').at(-1)).toBe('["bearer-authorizer.cjs"]');
    },
  );

  it('has the licence text of every package in the local run', () => {
    const notices = readFileSync(join(installed, 'dist', 'local', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['oidc-provider', 'koa', 'koa-compose', 'jose', 'commander', 'lit-html', 'oauth4webapi']) {
      expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, 'm'));
    }
    expect(notices).toContain(readFileSync('node_modules/oidc-provider/LICENSE.md', 'utf8').trim());
  });

  it('has the licence text of every package in it', () => {
    const notices = readFileSync(join(installed, 'dist', 'cli', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['@aws-sdk/client-dynamodb', '@smithy/core', 'commander', 'jose']) {
      expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, 'm'));
    }
    expect(notices).toContain(readFileSync('node_modules/commander/LICENSE', 'utf8').trim());
    expect(notices).toContain('Apache License');
  });
});
