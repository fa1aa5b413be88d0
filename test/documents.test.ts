import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { npmScripts, packageProgram } from '../ops/cli/caller.ts';
import { parseCommandLine } from '../ops/cli/quiet-commander.ts';
import { revocationsGrammar } from '../ops/revocations.ts';
import { verbsGrammar } from '../ops/verbs.ts';
import { type CodeBlock, codeBlocks } from './support/document-blocks.ts';
import { wordsOf } from './support/operator/operator-at-work.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Files that git tracks or would add, without those that it ignores. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const documents = files.filter((path) => path.endsWith('.md'));
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** Files that documents name although no clone has them, each with its origin. */
const NOT_IN_GIT: Readonly<Record<string, string>> = {
  'bearer-authorizer-0.1.0.tgz': '`npm pack` makes it',
  'cdk.context.json': 'the CDK Toolkit makes it',
  '~/.cdk.json': 'the CDK Toolkit reads it',
  'cdk.out/bearer-authorizer.template.json': '`cdk synth` makes it',
  'lib/bearer-authorizer.ts': '`bearer-authorizer init` makes it',
  'lib/orders-stack.ts': '`cdk init` makes it',
  'test/orders.test.ts': '`cdk init` makes it',
  'missing.jsonl': 'the commands under "Restore the table" make it',
  'http-routes.json': 'the asset of the authorizer holds it',
  'routes.json': 'the asset of the authorizer holds it',
  'signals.json': 'the asset of the receiver of signals holds it',
};

/** A fenced code block, indented in lists. */
const FENCE = /^ *(```|~~~)[^\n]*\n[\s\S]*?^ *\1 *$/gm;
const CODE_SPAN = /`([^`]+)`/g;
const LINK = /\]\(([^)\s]+)\)/g;

describe.each(documents)('%s', (document) => {
  const prose = read(document).replace(FENCE, '');

  it('has no relative link that leads nowhere', () => {
    const targets = [...prose.replace(CODE_SPAN, '').matchAll(LINK)].map(([, target = '']) => target);
    expect(targets.filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(document, target))).toEqual([]);
  });

  it('names no file that git does not know', () => {
    const words = [...prose.matchAll(CODE_SPAN)].flatMap(([, span = '']) => span.split(/\s+/));
    const named = words.map((word) => word.replace(/[,;:]$/, '')).filter(isFileName);
    expect(named.filter((name) => !Object.hasOwn(NOT_IN_GIT, name) && !isKnown(document, name))).toEqual([]);
  });

  it('names no npm script that package.json does not have', () => {
    const named = [...read(document).matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

function leadsSomewhere(document: string, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = path === '' ? document : posix.join(posix.dirname(document), path);
  if (!isFileOrFolder(file)) return false;
  return heading === undefined || headingIds(file).includes(heading);
}

/** The ids that GitHub gives the headings of a page, if their texts differ. */
function headingIds(file: string): readonly string[] {
  const headings = [
    ...read(file)
      .replace(FENCE, '')
      .matchAll(/^#+ (.+)$/gm),
  ];
  return headings.map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Whether a word is a path in one of our folders, or a name with a file extension. */
function isFileName(word: string): boolean {
  if (/^(\.ci|docs|examples|infra|lambda|local|ops|package|test)\/[\w.*{},/-]*$/.test(word)) return true;
  return /^[\w.*{},/-]*\w\.(cjs|js|json|jsonl|md|svg|tgz|ts|txt)$/.test(word);
}

/** Whether git has the file: by its path from the root or from the document, or by its name if there is no path. */
function isKnown(document: string, name: string): boolean {
  if (name.includes('*') || name.includes('{')) return matching(name).length > 0;
  if (!name.includes('/')) return files.some((path) => posix.basename(path) === name);
  return [name, posix.join(posix.dirname(document), name)].some(isFileOrFolder);
}

function matching(pattern: string): readonly string[] {
  const source = pattern
    .replaceAll('.', '\\.')
    .replaceAll('*', '[^/]*')
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(${names.replaceAll(',', '|')})`);
  const regex = new RegExp(pattern.includes('/') ? `^${source}$` : `(^|/)${source}$`);
  return files.filter((path) => regex.test(path));
}

function isFileOrFolder(path: string): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`;
  return files.includes(path) || files.some((file) => file.startsWith(folder));
}

const AVOIDED_WORDS = ['whoever', 'anew', 'for ever'];

it.each(AVOIDED_WORDS)('the word "%s" occurs in no document, comment or message', (word) => {
  const pattern = new RegExp(`\\b${word.replace(' ', '\\s+(?:\\*\\s+)?')}\\b`, 'i');
  const others = files.filter((path) => /\.(md|ts)$/.test(path) && path !== 'test/documents.test.ts');
  expect(others.filter((path) => pattern.test(read(path)))).toEqual([]);
});

describe('the deployment file that README.md shows', () => {
  const [file = ''] = codeBlocks('README.md').flatMap(({ language, code }) => (language === 'ts' ? [code] : []));

  it('has the format and the order of imports that `npm run check` demands', () => {
    const arguments_ = ['check', '--write', '--linter-enabled=false', '--stdin-file-path=infra/deployment.ts'];
    const options = { cwd: root, input: file, stdio: 'pipe' } as const;
    expect(file).toContain('export const deployment');
    expect(execFileSync('node_modules/.bin/biome', arguments_, options).toString()).toBe(file);
  });
});

/** The file of ours that compiles, runs or reads a code block, or of which the block has parts; or the reason why there is none. */
type Held = { readonly by: string } | { readonly partsOf: string } | { readonly byNothing: string };

const NEEDS_AWS: Held = { byNothing: 'needs an AWS account' };
const DRAWN: Held = { byNothing: 'a picture: GitHub draws it, and we have no parser for it' };

/** Every code block by document, heading and language. A block that quotes a file is held by a file in `examples`. */
const BLOCKS: Readonly<Record<string, Held>> = {
  'ARCHITECTURE.md > The parts > mermaid': DRAWN,
  'CONTRIBUTING.md > Set up > sh': { by: '.ci/run' },
  'README.md > bearer-authorizer > mermaid': DRAWN,
  'README.md > Run it on your machine > sh': { by: 'test/journeys/npm-start.test.ts' },
  'README.md > Run it on your machine > console': { by: 'test/journeys/readme.test.ts' },
  'README.md > Deploy it > sh': NEEDS_AWS,
  'README.md > Deploy it > ts': { by: 'test/infra/type-checked-app.test.ts' },
  'docs/adding-to-your-api.md > From an OpenAPI document > json': { by: 'examples/orders-openapi/orders.openapi.json' },
  'docs/adding-to-your-api.md > From an OpenAPI document > ts': {
    by: 'examples/orders-openapi/orders-from-openapi.ts',
  },
  'docs/adding-to-your-api.md > The construct > ts': { by: 'examples/orders/orders.ts' },
  'docs/adding-to-your-api.md > Install it > console': { by: 'test/apps/apps.ts' },
  'docs/adding-to-your-api.md > Start with `init` > console': { by: 'test/package/consumer.test.ts' },
  'docs/adding-to-your-api.md > Take a token back > console': { by: 'test/apps/apps.ts' },
  'docs/adding-to-your-api.md > Test it, and see who may call what > console': { by: 'test/apps/apps.ts' },
  "docs/adding-to-your-api.md > The operator's program > sh": { by: 'test/package/consumer.test.ts' },
  'docs/adding-to-your-api.md > Write a test > ts': { by: 'test/package/consumer.test.ts' },
  'docs/adding-to-your-api.md > Write the stack > ts': { by: 'test/package/consumer.test.ts' },
  'docs/clients.md > A service > ts': { by: 'examples/clients/service-client.ts' },
  'docs/clients.md > A single-page app > ts': { partsOf: 'local/page/api-client.ts' },
  'docs/clients.md > When to try again > ts': { partsOf: 'local/page/retry-pause.ts' },
  'docs/guarantees.md > How soon a revocation takes effect > sh': { by: 'test/documents.test.ts' },
  'docs/guarantees.md > How soon a revocation takes effect > text': DRAWN,
  'docs/http-apis.md > In your app > ts': { by: 'examples/http-api/orders-http-api.ts' },
  'docs/http-apis.md > Try it > console': { by: 'test/journeys/readme.test.ts' },
  'docs/operations.md > Delete what stays > sh': NEEDS_AWS,
  'docs/operations.md > Flush by hand > sh': NEEDS_AWS,
  'docs/operations.md > Remove it > sh': NEEDS_AWS,
  'docs/operations.md > Restore the table > sh': { by: 'test/journeys/table-restoration.test.ts' },
  'docs/operations.md > Several stages > sh': NEEDS_AWS,
  'docs/operations.md > Several stages > ts': { by: 'test/infra/type-checked-app.test.ts' },
  'docs/operations.md > Upgrade > sh': NEEDS_AWS,
  'docs/own-api.md > In a second terminal > console': { by: 'test/package/from-nothing.test.ts' },
  'docs/own-api.md > From nothing to a token taken back > console': { by: 'test/package/from-nothing.test.ts' },
  'docs/own-api.md > Your own API on your laptop > console': { by: 'test/package/start.test.ts' },
  'docs/own-api.md > Your own API on your laptop > sh': { by: 'test/package/start.test.ts' },
  'docs/revoking.md > Before you deploy > sh': NEEDS_AWS,
  'docs/revoking.md > Entries by hand > sh': { by: 'test/ops/entry/entry-by-hand.test.ts' },
  'docs/signals.md > Sign-out from your app > ts': { by: 'test/infra/senders/documented-sources.test.ts' },
  'docs/signals.md > Try it > console': { by: 'test/journeys/readme.test.ts' },
  'docs/signals/auth0.md > Configure > ts': { by: 'test/infra/senders/documented-sources.test.ts' },
  'docs/signals/cognito.md > Configure > ts': { by: 'test/infra/senders/documented-sources.test.ts' },
  'docs/signals/keycloak.md > Configure > ts': { by: 'test/infra/senders/documented-sources.test.ts' },
  'docs/signals/okta.md > Configure > ts': { by: 'test/infra/senders/documented-sources.test.ts' },
  'docs/signals/other-providers.md > Back-channel logout > ts': {
    by: 'test/infra/senders/documented-sources.test.ts',
  },
  'docs/signals/other-providers.md > Shared Signals > ts': { by: 'test/infra/senders/documented-sources.test.ts' },
  'examples/http-api/README.md > The construct on an HTTP API > sh': { by: 'test/package/consumer.test.ts' },
  'examples/orders-openapi/README.md > The construct with an OpenAPI document > sh': {
    by: 'test/package/consumer.test.ts',
  },
  'examples/orders/README.md > The construct in an app > sh': { by: 'test/package/consumer.test.ts' },
};

/** Documents whose whole text test/package/api-reference.test.ts checks. */
const GENERATED = ['docs/api.md', 'infra/library.api.md'];

const blocks = documents
  .filter((document) => !GENERATED.includes(document))
  .flatMap((document) => codeBlocks(document).map((block) => ({ ...block, key: keyOf(document, block) })));

function keyOf(document: string, { heading, language }: CodeBlock): string {
  return `${document} > ${heading} > ${language}`;
}

describe('the code blocks of the documents', () => {
  it('are all held by a file, or listed with the reason why not', () => {
    expect(blocks.map(({ key }) => key).toSorted()).toEqual(Object.keys(BLOCKS).toSorted());
    const files = Object.values(BLOCKS).map((held) => ('by' in held ? held.by : 'partsOf' in held ? held.partsOf : ''));
    expect(files.filter((file) => file !== '').filter((file) => !isFileOrFolder(file))).toEqual([]);
  });

  const quotations = blocks.flatMap(({ key, code, introduction }) => {
    const held = BLOCKS[key];
    return held !== undefined && 'by' in held && held.by.startsWith('examples/')
      ? [{ key, code, introduction, file: held.by }]
      : [];
  });
  it.each(quotations)('$key is the file $file, and links to it', ({ code, introduction, file }) => {
    expect(code).toBe(read(file));
    expect(introduction).toContain(`](../${file})`);
  });

  const extracts = blocks.flatMap(({ key, code, introduction }) => {
    const held = BLOCKS[key];
    return held !== undefined && 'partsOf' in held ? [{ key, code, introduction, file: held.partsOf }] : [];
  });
  it.each(extracts)('$key has parts of the file $file, in their order, and links to it', (extract) => {
    const { code, introduction, file } = extract;
    const parts = code.split(/^ *\/\/ …\n/m).map((part) => `\n${part.trim()}\n`);
    const found = parts.map((part) =>
      `\n${read(file)}`.replaceAll(/\n +/g, '\n').indexOf(part.replaceAll(/\n +/g, '\n')),
    );
    expect(found).not.toContain(-1);
    expect(found).toEqual(found.toSorted((one, other) => one - other));
    expect(introduction).toContain(`](../${file})`);
  });
});

/** Parsers of the programs whose command lines need no file, clock or network. */
const GRAMMARS: Readonly<Record<string, (argv: readonly string[]) => unknown>> = {
  'npm run plan --': (argv) => parseCommandLine(verbsGrammar(npmScripts), ['plan', ...argv]),
  'npm run routes --': (argv) => parseCommandLine(verbsGrammar(npmScripts), ['routes', ...argv]),
  'npm run revocations --': (argv) => parseCommandLine(revocationsGrammar, argv),
  'npx bearer-authorizer': (argv) => parseCommandLine(verbsGrammar(packageProgram({})), argv),
};

describe('the command lines in the documents', () => {
  const commandLines = documents.flatMap((document) => [
    ...new Set(
      [
        ...read(document)
          .replaceAll('npm run --silent', 'npm run')
          .matchAll(/(npm run (?:plan|revocations|routes) --|npx bearer-authorizer) ([^`\n|)]*[^`\n|) ])/g),
      ].flatMap(([, program = '', words = '']) => (words.includes('…') ? [] : [{ document, program, words }])),
    ),
  ]);

  it.each(commandLines)('$document: $program $words is accepted by the program', ({ program, words }) => {
    const argv = wordsOf(words.replace(/<[^>]*>/g, 'value').replaceAll('"', "'"));
    expect(() => GRAMMARS[program]?.(argv)).not.toThrow();
  });
});

describe('the table of attacks in SECURITY.md', () => {
  const rows = read('SECURITY.md')
    .split('\n')
    .flatMap((line) => {
      const [, id] = /^\| ([A-I]\d+) \|/.exec(line) ?? [];
      return id === undefined ? [] : [{ id, tests: line.slice(line.lastIndexOf(' | ')) }];
    });

  it('has one row for each id', () => {
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.map(({ id }) => id)).toEqual([...new Set(rows.map(({ id }) => id))]);
  });

  it.each(rows)('names in row $id a test that exists, or says that there is none', ({ tests }) => {
    const quoted = [...tests.matchAll(/`([\w.-]+\.(?:test|browser)\.ts)`((?:[^`"]*"[^"]+")+)/g)].flatMap(
      ([, file = '', names = '']) => [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => ({ file, name })),
    );
    if (!tests.includes('no test')) expect(quoted).not.toEqual([]);
    expect(quoted.filter(({ file, name }) => !sourcesOf(file).some((source) => source.includes(name)))).toEqual([]);
  });

  it('has a row for each id that a test carries', () => {
    const carried = files
      .filter((path) => path.startsWith('test/') && path.endsWith('.test.ts'))
      .flatMap((path) => [...read(path).matchAll(/['"`]([A-I]\d{1,2})(?=[ ,:'"`])/g)].map(([, id = '']) => id));
    const known = rows.map(({ id }) => id);
    expect([...new Set(carried)].filter((id) => !known.includes(id))).toEqual([]);
  });
});

/** The sources of every test file of that name, because two folders may have one. */
function sourcesOf(name: string): readonly string[] {
  return files.filter((path) => posix.basename(path) === name).map(read);
}
