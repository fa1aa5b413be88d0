import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** The folder of the oldest Node.js on this machine that the package supports: of its users, not of the clone. */
export function nodeFolder(): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((each) => existsSync(join(each, 'node')));
  const versions = folders.map((each) => {
    const version = execFileSync(join(each, 'node'), ['--version'], { encoding: 'utf8' });
    return { each, major: Number(/^v(\d+)/.exec(version)?.[1]) };
  });
  const [oldest] = versions.filter(({ major }) => major >= 20).toSorted((one, other) => one.major - other.major);
  return oldest?.each ?? dirname(process.execPath);
}
