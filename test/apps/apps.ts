import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts } from '../support/journeys/free-ports.ts';
import { copyProgram } from '../support/journeys/program-copy.ts';
import { guideOutput, guideScript, writeCode } from './app-code.ts';
import { APP_KINDS } from './app-kinds.ts';

const TEN_MINUTES = 'the ten minutes of docs/adding-to-your-api.md';
const KINDS = [TEN_MINUTES, ...Object.keys(APP_KINDS)];

/** The oldest that is tried. A lower bound such as ^2.144.0 or >=20, as a version. */
const { peerDependencies, engines } = JSON.parse(readFileSync('package.json', 'utf8'));
const oldest = (range: string) => range.replace(/^\D+/, '');

// `npm run test:apps`: apps in a temporary folder, from the tarball and the registry. Words after `--` choose among the kinds.
const words = process.argv.slice(2);
const unknown = words.find((word) => !KINDS.some((kind) => kind.includes(word)));
if (unknown !== undefined) {
  console.error(`${unknown} is no part of the name of a kind of app: choose among ${KINDS.join(', ')}.`);
  process.exit(2);
}
const chosen = KINDS.filter((kind) => words.length === 0 || words.some((word) => kind.includes(word)));
const root = mkdtempSync(join(tmpdir(), 'bearer-authorizer-apps-'));
const code = join(root, 'code');
try {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', root], { stdio: ['ignore', 'ignore', 'inherit'] });
  writeCode(code);
  for (const kind of chosen) await report(kind);
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function report(kind: string): Promise<void> {
  const start = performance.now();
  const problem = await (kind === TEN_MINUTES
    ? tenMinutes()
    : script(APP_KINDS[kind] ?? '', join(root, kind), await freePorts())
  ).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${problem === undefined ? 'ok    ' : 'FAILED'} ${kind} (${seconds} s)`);
  if (problem === undefined) return;
  console.error(problem);
  process.exitCode = 1;
}

/** The output of a script in a folder of its own. @throws Error with the output of a script that fails */
function script(commands: string, folder: string, port: number): Promise<string> {
  mkdirSync(folder);
  const [tarball] = execFileSync('sh', ['-c', 'ls *.tgz'], { cwd: root, encoding: 'utf8' }).split('\n');
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_registry$)|INIT_CWD$)/.test(name));
  const env = {
    ...Object.fromEntries(own),
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
    NO_COLOR: '1',
    npm_config_yes: 'true',
    TARBALL: join(root, tarball ?? ''),
    PORT: String(port),
    CODE: code,
    CDK: join(process.cwd(), 'node_modules', '.bin', 'cdk'),
    SAME_TEMPLATE: join(import.meta.dirname, 'same-template.ts'),
    OLDEST_CDK: oldest(peerDependencies['aws-cdk-lib']),
    OLDEST_CONSTRUCTS: oldest(peerDependencies.constructs),
    OLDEST_NODE: `${oldest(engines.node)}.0.0`,
  };
  const options = { cwd: folder, env, maxBuffer: 100_000_000 };
  return new Promise((resolve, reject) => {
    execFile('sh', ['-eu', '-c', `exec 2>&1\n${commands}`], options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stdout));
    });
  });
}

/** The guide as its reader follows it: with the package and a clone, in which `npm start` runs, next to the folder. */
async function tenMinutes(): Promise<void> {
  await using program = await copyProgram();
  const start = await startIn(program.folder);
  try {
    symlinkSync(program.folder, join(root, 'bearer-authorizer'));
    const folder = join(root, 'guide');
    const output = await script(`cd ..\n${guideScript()}`, folder, await freePorts());
    const missing = guideOutput().filter((line) => !output.includes(line));
    if (!/^Revoked token \S+ of local /m.test(output)) missing.push('Revoked token …');
    if (missing.length > 0) throw new Error(`The guide shows what was not printed: ${missing.join(' | ')}\n${output}`);
  } finally {
    const ended = once(start, 'exit');
    start.kill();
    await ended;
  }
}

async function startIn(folder: string): Promise<ChildProcess> {
  const argv = ['local/start.ts', '--json', '--port', String(await freePorts())];
  const start = spawn(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface(start.stdout), 'line');
  return start;
}
