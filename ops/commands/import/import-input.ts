import { constants, isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { OperatorError, sentenceOf } from '../../cli/operator-error.ts';
import { printable } from '../../cli/terminal-text.ts';
import type { OperatorContext } from '../../stack/operator-context.ts';

/**
 * The text of an import's file; `-`: standard input. In another encoding names outside ASCII would come out as others,
 * and their entries would match nobody.
 *
 * @throws OperatorError when it cannot be read, or is not UTF-8
 */
export async function readImportInput(file: string, { readStandardInput }: OperatorContext): Promise<string> {
  if (file === '-') {
    const text = await readStandardInput();
    // It comes decoded, with this character in the place of what was no UTF-8.
    if (text.includes('\ufffd')) throw notUtf8('Standard input');
    return withoutNul(text, 'Standard input');
  }
  const name = `The file ${printable(file)}`;
  const bytes = await readBytes(file, name);
  if (!isUtf8(bytes)) throw notUtf8(name);
  if (bytes.length > constants.MAX_STRING_LENGTH) throw new OperatorError(`${name} is too large: split it.`);
  return withoutNul(bytes.toString(), name);
}

/** In UTF-16 without a byte order mark, every other byte of plain English is NUL, which is UTF-8 too. */
function withoutNul(text: string, name: string): string {
  if (!text.includes('\0')) return text;
  throw new OperatorError(`${name} holds NUL characters, as UTF-16 does: save it as UTF-8.`);
}

async function readBytes(file: string, name: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new OperatorError(`${name} cannot be read: ${sentenceOf(error)}`);
  }
}

function notUtf8(name: string): OperatorError {
  return new OperatorError(`${name} is not UTF-8: save it as UTF-8.`);
}
