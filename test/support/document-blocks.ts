import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A fenced block of a document. */
export interface CodeBlock {
  /** The text of the nearest heading above it. */
  readonly heading: string;
  readonly language: string;
  /** Without the indentation of a list. */
  readonly code: string;
  /** The last line of prose above it. */
  readonly introduction: string;
}

/** `document` is a path from the root of the repository. */
export function codeBlocks(document: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let [heading, introduction] = ['', ''];
  const lines = readFileSync(fileURLToPath(new URL(`../../${document}`, import.meta.url)), 'utf8').split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const [fence, indent = '', language = ''] = /^( *)```(.*)$/.exec(line) ?? [];
    if (fence !== undefined) {
      const end = lines.indexOf(`${indent}\`\`\``, index + 1);
      const code = lines.slice(index + 1, end).map((text) => `${text.slice(indent.length)}\n`);
      blocks.push({ heading, language, introduction, code: code.join('') });
      index = end;
    } else if (/^#+ /.test(line)) heading = line.replace(/^#+ /, '');
    else if (line.trim() !== '') introduction = line;
  }
  return blocks;
}

/** The code of one language below one heading. */
export function codeUnder(document: string, heading: string, language: string): readonly string[] {
  return codeBlocks(document).flatMap((block) =>
    block.heading === heading && block.language === language ? [block.code] : [],
  );
}

/** The commands that a person types in a transcript. */
export function typedIn(transcript: string): readonly string[] {
  return transcript.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []));
}
