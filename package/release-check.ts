import { type ApiChanges, apiChanges } from './api-changes.ts';

export interface ReleaseInput {
  /** Of package.json. */
  readonly version: string;
  readonly changelog: string;
  /** The report of the public API (`infra/library.api.md`). */
  readonly report: string;
  /** Undefined: no release has a tag yet, so that nothing can break. */
  readonly last: { readonly version: string; readonly report: string } | undefined;
}

export interface ReleaseCheck {
  readonly changes: ApiChanges;
  /** One sentence each: what was found, and what to write. Empty: the version and the changelog say what changed. */
  readonly problems: readonly string[];
}

/** Three numbers: npm would give a pre-release to everybody, as the latest version. */
export const RELEASE = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** Semantic Versioning 2.0.0. Before 1.0 a minor version may break things, and a patch may add some, as CHANGELOG.md says. */
export function checkRelease({ version, changelog, report, last }: ReleaseInput): ReleaseCheck {
  const changes = last === undefined ? { breaking: [], added: [] } : apiChanges(last.report, report);
  if (!RELEASE.test(version)) {
    return { changes, problems: [`The version is ${version}: write three numbers such as 1.2.3 in package.json.`] };
  }
  const needed = last && nextVersion(last.version, changes);
  const problems = [
    ...(needed !== undefined && compareVersions(version, needed) < 0
      ? [
          `The version is ${version}, and ${reasonFor(changes, last?.version)}: set it to ${needed} or newer in package.json.`,
        ]
      : []),
    ...changelogProblems(version, changelog, changes),
  ];
  return { changes, problems };
}

function reasonFor({ breaking, added }: ApiChanges, last = ''): string {
  if (breaking.length > 0) return `${breaking.join(', ')} of ${last} cannot be used as before`;
  if (added.length > 0) return `${added.join(', ')} came after ${last}`;
  return `${last} is released`;
}

/** The smallest version that says what changed. */
function nextVersion(last: string, { breaking, added }: ApiChanges): string {
  const [major, minor, patch] = partsOf(last);
  const level = breaking.length > 0 ? 2 : added.length > 0 ? 1 : 0;
  const step = major === 0 ? Math.max(0, level - 1) : level;
  if (step === 2) return `${major + 1}.0.0`;
  return step === 1 ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

function changelogProblems(version: string, changelog: string, { breaking }: ApiChanges): readonly string[] {
  const sections = new Map(changelog.split(/^## /m).map((text) => [/^\[([^\]]+)\]/.exec(text)?.[1], text]));
  if (/^- /m.test(sections.get('Unreleased') ?? '')) {
    return [`CHANGELOG.md has changes under Unreleased: move them under a heading [${version}] with the date.`];
  }
  const section = sections.get(version);
  if (section === undefined) return [`CHANGELOG.md has no section [${version}]: write what its users notice.`];
  const isTold = (name: string) => name.split('.').some((part) => section.includes(part));
  const untold = breaking.filter((name) => !isTold(name));
  if (untold.length === 0) return [];
  return [
    `CHANGELOG.md does not name ${untold.join(', ')} under [${version}], and apps that use it break: say what to write instead.`,
  ];
}

/** Negative: the first is older. */
export function compareVersions(one: string, other: string): number {
  const [first, second] = [partsOf(one), partsOf(other)];
  const [at = 0] = [0, 1, 2].filter((index) => first[index] !== second[index]);
  return (first[at] ?? 0) - (second[at] ?? 0);
}

function partsOf(version: string): readonly [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return [major, minor, patch];
}
