import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import mutationRun from '../vitest.mutation.config.ts';
import { type Import, importsOf, packageOf } from './support/imports.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

const sources = globSync('{lambda,infra,ops,local,package}/**/*.ts', { cwd: root }).toSorted();
const imports = sources.flatMap(importsOf);
const folderOf = (path: string) => path.split('/')[0] ?? '';
const isOurs = ({ to }: Import) => sources.includes(to);

/** The packages, folders and files from which each folder may import; `node` stands for Node's own modules. */
const MAY_IMPORT = {
  lambda: { packages: /^(node|jose|aws-lambda|@aws-sdk\/.+)$/, folders: ['lambda'] },
  infra: { packages: /^(node|aws-cdk-lib|constructs|cdk-nag|esbuild)$/, folders: ['infra', 'lambda'] },
  ops: {
    // Its version comes from our own package.json.
    packages: /^(node|commander|package\.json|@aws-sdk\/.+)$/,
    // The verb `start` is the local run: its grammar, and its run, which is loaded when it is wanted.
    folders: ['ops', 'lambda', 'local/run/start-options.ts', 'local/run-until-stopped.ts'],
  },
  local: {
    packages:
      /^(node|commander|oidc-provider|jose|aws-lambda|aws-cdk-lib|@aws-sdk\/.+|esbuild|chokidar|lit-html|oauth4webapi)$/,
    // `npm start` parses its command line as the operator's programs do, and writes the file with which they find the run. Routes have
    // the names of the route table. The page revokes by the operator's own commands, and says the bound that they say. Issuers are replaced
    // in what the functions of a team's own app read.
    folders: [
      'local',
      'infra',
      'ops/cli',
      'ops/stack',
      'ops/commands',
      'ops/routes/token-losses.ts',
      'ops/token/client-credentials.ts',
      'ops/verbs.ts',
      'lambda/configuration',
      'lambda/flush/flush-timing.ts',
      'lambda/policy/route.ts',
      // The log says an entry's level and issuer, and not its target. A revocation table that no template makes has their attributes.
      'lambda/revocation/revocation-entry.ts',
      'lambda/revocation/revocation-level.ts',
      'lambda/revocation/revocation-target.ts',
      'lambda/token/trusted-issuer.ts',
    ],
  },
  package: {
    packages: /^(node|esbuild|@microsoft\/api-extractor)$/,
    folders: ['package', 'infra/functions', 'local/page-server/page-files.ts'],
  },
} as const;

describe.each(Object.entries(MAY_IMPORT))('%s/', (folder, allowed) => {
  const own = imports.filter(({ from }) => folderOf(from) === folder);

  it('has imports that this test finds', () => {
    expect(own.length).toBeGreaterThan(5);
  });

  it('imports only the packages that the table of folders allows', () => {
    const strangers = own.filter((edge) => !isOurs(edge) && !allowed.packages.test(edge.to));
    expect(strangers).toEqual([]);
  });

  it('imports only the folders that the table allows', () => {
    const isAllowed = (to: string) => allowed.folders.some((place) => to === place || to.startsWith(`${place}/`));
    const strangers = own.filter((edge) => isOurs(edge) && !edge.isTypeOnly && !isAllowed(edge.to));
    expect(strangers).toEqual([]);
  });
});

/**
 * The folders inside each top folder, and the files outside of them, from the ones that all may use to the entry points.
 * A folder's own files count as one place, and each folder in it as another.
 */
const ORDER: Readonly<Record<keyof typeof MAY_IMPORT, readonly string[]>> = {
  lambda: [
    'errors.ts',
    'token',
    'network',
    'policy',
    'revocation',
    'key-set',
    'log',
    'signal',
    'signal/store',
    'configuration',
    'event',
    'flush',
    'verified-token-cache.ts',
    'token-verifier.ts',
    'authorizer.ts',
    'signals.ts',
    'authorizer.handler.ts',
    'flusher.handler.ts',
    'orders.handler.ts',
    'signals.handler.ts',
  ],
  infra: [
    'errors.ts',
    'nag-suppressions.ts',
    'routes',
    'settings/values',
    'settings',
    'issuers',
    'senders',
    'openapi',
    'template',
    'table',
    'functions',
    'alarms',
    'attachment',
    'flush',
    'bearer-authorizer.ts',
    'dashboard',
    'api',
    'signals',
    'library.ts',
    'deployment-check.ts',
    'api-stack.ts',
    'deployment.ts',
    'app.ts',
  ],
  ops: [
    'text',
    'cli',
    'stack',
    'entry',
    'selection',
    'plan',
    'routes',
    'init',
    'token',
    'commands',
    'commands/revoke',
    'commands/import',
    'commands/check/comparison',
    'commands/check',
    'commands/upgrade',
    'commands/signals/sources',
    'commands/signals/test',
    'commands/signals/send',
    'commands/signals',
    'connect',
    'completion',
    'start',
    'verbs.ts',
    'bearer-authorizer.ts',
    'revocations.ts',
    'routes.ts',
    'plan.ts',
    'token.ts',
  ],
  local: [
    'errors.ts',
    'limits.ts',
    'cloudformation',
    'log',
    'functions',
    'iam',
    'queue',
    'download',
    'java',
    'dynamodb',
    'stream',
    'gateway/exchange',
    'gateway/authorization',
    'gateway/rest-api',
    'gateway/http-api',
    'gateway',
    'app',
    'loopback',
    'authorization-server',
    'transmitter',
    'page-server',
    'page',
    'page/model',
    'page/views',
    'page/entry',
    'watch',
    'run/ports',
    'run',
    'next-steps.ts',
    'run-until-stopped.ts',
    'start.ts',
  ],
  package: [
    'tarball-check.ts',
    'api-changes.ts',
    'release-check.ts',
    'release.ts',
    'command-line-bundle.ts',
    'library-bundle.ts',
    'url-parse.ts',
    'local-run-bundle.ts',
    'public-api.ts',
    'build.ts',
  ],
};

describe.each(Object.entries(ORDER))('the order of %s/', (top, order) => {
  const within = (path: string) => path.slice(top.length + 1);
  const placeOf = (path: string) => (within(path).includes('/') ? dirname(within(path)) : within(path));
  const rankOf = (path: string) => order.indexOf(placeOf(path));
  const own = sources.filter((file) => folderOf(file) === top);

  it('names every folder with files, and every file outside of a folder, once', () => {
    expect([...new Set(own.map(placeOf))].toSorted()).toEqual(order.toSorted());
  });

  it('is kept: an import between two folders goes to the earlier one', () => {
    const inside = imports.filter((edge) => folderOf(edge.from) === top && isOurs(edge) && folderOf(edge.to) === top);
    expect(inside.filter(({ from, to }) => rankOf(to) > rankOf(from))).toEqual([]);
  });
});

it('no file imports an entry point of Lambda', () => {
  expect(imports.filter(({ to }) => to.endsWith('.handler.ts'))).toEqual([]);
});

it('every file of lambda/ is an entry point or imported', () => {
  const imported = new Set(imports.map(({ to }) => to));
  const unused = sources.filter((file) => folderOf(file) === 'lambda' && !imported.has(file));
  expect(unused.filter((file) => !file.endsWith('.handler.ts'))).toEqual([]);
});

it('in lambda/ only the entry points read process.env', () => {
  const readers = sources.filter(
    (file) => folderOf(file) === 'lambda' && readFileSync(join(root, file), 'utf8').includes('process.env'),
  );
  expect(readers.filter((file) => !file.endsWith('.handler.ts'))).toEqual([]);
});

/**
 * Calls that came after Node.js 20.0, on which an app with the library, the operator's tool, or the local run may run. Methods of an
 * iterator are among them: `map.values().find(…)`.
 */
const LATER_THAN_NODE_20 =
  /\b(URL\.parse|(Map|Object)\.groupBy|Promise\.(withResolvers|try)|Array\.fromAsync|getCompileCacheDir)\(|\.((values|keys|entries)\(\)|matchAll\([^)]*\))\s*\.\w/;

it('no file that the package ships calls what Node.js 20.0 lacks', () => {
  const shipped = sources.filter((file) => ['lambda', 'infra', 'ops', 'local'].includes(folderOf(file)));
  expect(shipped.filter((file) => LATER_THAN_NODE_20.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
});

it('the files that infra/ imports from lambda/ need no package at run time', () => {
  const reached = closureOf(
    imports.filter((edge) => folderOf(edge.from) === 'infra' && folderOf(edge.to) === 'lambda' && !edge.isTypeOnly),
  );
  const own = reached.filter(({ from }) => folderOf(from) === 'lambda');
  expect(own.filter((edge) => !isOurs(edge) && edge.to !== 'node')).toEqual([]);
});

it('`npm start` loads the CDK only in the thread that synthesizes', () => {
  const reached = closureOf(imports.filter(({ from, isTypeOnly }) => from === 'local/start.ts' && !isTypeOnly));
  expect(reached).toContainEqual(expect.objectContaining({ to: 'oidc-provider' }));
  expect(reached.filter(({ to }) => to === 'aws-cdk-lib' || to === 'constructs')).toEqual([]);
});

function closureOf(edges: readonly Import[]): readonly Import[] {
  const reached = new Set<Import>();
  const waiting = [...edges];
  for (let edge = waiting.pop(); edge !== undefined; edge = waiting.pop()) {
    if (reached.has(edge)) continue;
    reached.add(edge);
    const { to } = edge;
    waiting.push(...imports.filter(({ from, isTypeOnly }) => from === to && !isTypeOnly));
  }
  return [...reached];
}

/** The packages with code in each bundle, so that a new one is a decision and not an accident. */
const PACKAGES_IN_BUNDLE: Readonly<Record<string, readonly string[]>> = {
  'lambda/authorizer.handler.ts': ['jose'],
  'lambda/flusher.handler.ts': [],
  'lambda/orders.handler.ts': [],
  'lambda/signals.handler.ts': ['jose'],
};

describe.each(globSync('lambda/*.handler.ts', { cwd: root }))('the bundle of %s', (entry) => {
  it('holds exactly the packages listed for it', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
    });
    const packages = Object.values(metafile.outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([input, { bytesInOutput }]) => input.includes('node_modules/') && bytesInOutput > 0)
      .map(([input]) => packageOf(input.slice(input.lastIndexOf('node_modules/') + 'node_modules/'.length)));
    expect([...new Set(packages)].sort()).toEqual(PACKAGES_IN_BUNDLE[entry]);
  });

  it('holds no file of infra/, ops/ or local/', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
    });
    expect(Object.keys(metafile.inputs).filter((input) => /^(infra|ops|local|test)\//.test(input))).toEqual([]);
  });
});

it('the authorizer has nothing of signals in its bundle, nor of transactions', () => {
  const entry = 'lambda/authorizer.handler.ts';
  const reached = closureOf(imports.filter(({ from, isTypeOnly }) => from === entry && !isTypeOnly)).map(
    ({ to }) => to,
  );
  expect(reached).toContain('lambda/network/dynamodb-call.ts');
  const ofSignals = /^lambda\/(signals?\b|network\/(aws-json-request|dynamodb-transaction)|configuration\/signals)/;
  expect(reached.filter((file) => ofSignals.test(file))).toEqual([]);
});

it('each file that the mutation run changes, runs or leaves out exists', () => {
  const { mutate } = JSON.parse(readFileSync(join(root, 'stryker.config.json'), 'utf8')) as { mutate: string[] };
  const { include = [], exclude = [] } = mutationRun.test ?? {};
  const named = [...mutate, ...include, ...exclude];
  expect(named.filter((pattern) => globSync(pattern, { cwd: root }).length === 0)).toEqual([]);
});
