import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { transformSync } from 'esbuild';
import { codeUnder, typedIn } from '../support/document-blocks.ts';

const GUIDE = 'docs/adding-to-your-api.md';

/** The app that the ten minutes of the guide make, by its paths there. */
export function guideCode(): Readonly<Record<'lib/orders-stack.ts' | 'test/orders.test.ts', string>> {
  const [stack, test] = ['Write the stack', 'Write a test'].flatMap((heading) => codeUnder(GUIDE, heading, 'ts'));
  if (stack === undefined || test === undefined) throw new Error(`${GUIDE} shows no stack and no test.`);
  return { 'lib/orders-stack.ts': stack, 'test/orders.test.ts': test };
}

/** Writes every app of the documents into a folder, in TypeScript and in CommonJS. */
export function writeCode(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const examples = [
    'examples/orders/orders.ts',
    'examples/orders-openapi/orders-from-openapi.ts',
    'examples/http-api/orders-http-api.ts',
  ];
  const sources = { ...guideCode(), ...Object.fromEntries(examples.map((path) => [path, readFileSync(path, 'utf8')])) };
  for (const [path, code] of Object.entries(sources)) {
    const name = basename(path, '.ts');
    writeFileSync(join(folder, `${name}.ts`), code);
    writeFileSync(join(folder, `${name}.js`), commonJs(code));
  }
  const document = 'orders.openapi.json';
  copyFileSync(join('examples/orders-openapi', document), join(folder, document));
}

export function commonJs(code: string): string {
  return transformSync(code, { loader: 'ts', format: 'cjs', platform: 'node', supported: { 'dynamic-import': false } })
    .code;
}

/** The guide's ten minutes, as typed, with the two files written in between. They need the guide's neighbours of the folder. */
export function guideScript(): string {
  const typed = (heading: string) => codeUnder(GUIDE, heading, 'console').flatMap(typedIn).join('\n');
  return [
    typed('Install it'),
    'cp "$CODE/orders-stack.ts" lib/ && cp "$CODE/orders.test.ts" test/',
    typed('Test it, and see who may call what'),
    'npm ls --omit=dev --all | tee dependencies.txt',
    '! grep @aws-sdk dependencies.txt',
    typed('Take a token back'),
  ].join('\n');
}

/** What the guide shows of the output, but for what differs from run to run. */
export function guideOutput(): readonly string[] {
  const shown = codeUnder(GUIDE, 'Test it, and see who may call what', 'console').join('').split('\n');
  return shown.filter((line) => line !== '' && line !== '…' && !line.startsWith('$ '));
}
