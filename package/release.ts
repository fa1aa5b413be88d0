import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRelease, compareVersions, RELEASE, type ReleaseCheck } from './release-check.ts';
import { tarballProblems } from './tarball-check.ts';

const DRY_RUN = '--dry-run';

const REPORT = 'infra/library.api.md';

/** What only a clone needs: npm would act on some of it in a published package. */
const NOT_PUBLISHED = ['private', 'scripts', 'devDependencies', 'devEngines', 'workspaces', 'allowScripts'];

// `npm run release`, in the root of the clone: what it reads, what it decides (release-check.ts), what it would publish.
try {
  const words = process.argv.slice(2);
  const unknown = words.find((word) => word !== DRY_RUN);
  // Not ignored: a misspelt dry run would publish.
  if (unknown === undefined) await release(words.includes(DRY_RUN));
  else usageError(unknown);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function usageError(word: string): void {
  console.error(`${word} is unknown: write \`npm run release\`, or \`npm run release -- ${DRY_RUN}\`.`);
  process.exitCode = 2;
}

/** @throws Error of one sentence for each problem */
async function release(isDryRun: boolean): Promise<void> {
  if (!isDryRun && process.env.ACTIONS_ID_TOKEN_REQUEST_URL === undefined) {
    throw new Error(
      'Releases run in CI, where npm attests the commit and the build: start its workflow, ' +
        'or see what it would publish with `npm run release -- --dry-run`.',
    );
  }
  requireWholeClone();
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const last = lastRelease();
  const check = checkRelease({ ...textsOf(manifest.version), last });
  print(`${manifest.name} ${manifest.version}, ${last === undefined ? 'the first release' : `after ${last.version}`}`);
  printChanges(check);
  if (check.problems.length > 0) throw new Error(check.problems.join('\n'));
  await publish(manifest, isDryRun);
}

/** @throws Error where the tree is not that of its commit, or git does not know the commits before */
function requireWholeClone(): void {
  const dirty = git('status', '--porcelain');
  if (dirty !== '') {
    const names = dirty.split('\n').map((line) => line.slice(3));
    throw new Error(`The tree differs from its commit in ${names.join(', ')}: commit it, or remove it.`);
  }
  if (git('rev-parse', '--is-shallow-repository') === 'true') {
    throw new Error(
      'The clone is shallow, so the last release is unknown: fetch all commits and tags (fetch-depth: 0).',
    );
  }
}

function textsOf(version: string) {
  return { version, changelog: readFileSync('CHANGELOG.md', 'utf8'), report: readFileSync(REPORT, 'utf8') };
}

/** The newest tag `v1.2.3` from which this commit comes. */
function lastRelease(): { readonly version: string; readonly report: string } | undefined {
  const tags = git('tag', '--merged', 'HEAD', '--list', 'v*').split('\n');
  const version = tags
    .map((tag) => tag.slice(1))
    .filter((tag) => RELEASE.test(tag))
    .toSorted(compareVersions)
    .at(-1);
  return version === undefined ? undefined : { version, report: git('show', `v${version}:${REPORT}`) };
}

function printChanges({ changes: { breaking, added } }: ReleaseCheck): void {
  for (const name of breaking) print(`  breaks ${name}`);
  for (const name of added) print(`  adds ${name}`);
}

async function publish(manifest: Readonly<Record<string, unknown>>, isDryRun: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    npm('pack', '--silent', '--pack-destination', folder);
    const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
    const problems = await tarballProblems(tarball);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    npm('run', '--silent', 'test:package');
    execFileSync('tar', ['-xzf', tarball, '-C', folder]);
    writeManifest(join(folder, 'package', 'package.json'));
    const dryRun = isDryRun ? [DRY_RUN] : [];
    // Its scripts have run: the folder holds what they built.
    npm('publish', join(folder, 'package'), '--access', 'public', '--provenance', '--ignore-scripts', ...dryRun);
    if (isDryRun) print('Nothing was published.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** npm compares `repository` with the one whose workflow asks for the attestation. */
function writeManifest(file: string): void {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const published = Object.entries(manifest).filter(([name]) => !NOT_PUBLISHED.includes(name));
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: path } = process.env;
  const repository = path === undefined ? {} : { repository: { type: 'git', url: `git+${server}/${path}.git` } };
  writeFileSync(file, `${JSON.stringify({ ...Object.fromEntries(published), ...repository }, undefined, 2)}\n`);
}

function git(...words: readonly string[]): string {
  return execFileSync('git', words, { encoding: 'utf8' }).trimEnd();
}

function npm(...words: readonly string[]): void {
  execFileSync('npm', words, { stdio: 'inherit' });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
