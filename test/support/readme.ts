import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The code blocks of a language in one section of the README, the section's own heading apart. */
export function readmeBlocks(heading: string, language: string): readonly string[] {
  const text = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const [, section = ''] = text.split(`\n${heading}\n`);
  const [own = ''] = section.split(/\n#{2,3} /);
  return [...own.matchAll(/```(\w+)\n(.*?)```/gs)].flatMap(([, name, block = '']) =>
    name === language ? [block] : [],
  );
}

/** What a person types of a transcript. */
export function typedIn(transcript: string): readonly string[] {
  return transcript.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []));
}
