import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { typedOrPiped } from '../../../ops/cli/typed-input.ts';

/** Standard input at a terminal. A real terminal was tried by hand, since a test cannot paste. */
function terminalInput() {
  const modes: boolean[] = [];
  const stream = new PassThrough();
  const input = Object.assign(stream, { isTTY: true, setRawMode: (mode: boolean) => modes.push(mode) });
  return { input, modes, press: (keys: string) => stream.write(keys) };
}

let shown = '';
const err = { write: (text: string) => (shown += text) };
beforeEach(() => {
  shown = '';
});
afterEach(() => vi.restoreAllMocks());

const TOKEN = `eyJ${'a'.repeat(6000)}.e30.c2ln`;

it.each([
  ['a long token', [`${TOKEN}\u0004`], TOKEN],
  ['a long token, in pieces, with Enter', [TOKEN.slice(0, 4095), `${TOKEN.slice(4095)}\r`, '\u0004'], `${TOKEN}\n`],
  ['lines above it', [`\r> npm\r\r${TOKEN}\r`, '\u0004'], `\n> npm\n\n${TOKEN}\n`],
  ['a slip of the hand', ['abx\u007fc', 'xy\b\b', '\u0004'], 'abc'],
  ['a line thrown away', ['one\rtwo\u0015three\u0004'], 'one\nthree'],
])('typedOrPiped reads what is pasted on a terminal until Ctrl-D, and does not show it: %s', async (_, keys, text) => {
  const { input, modes, press } = terminalInput();
  const read = typedOrPiped(input, err);
  for (const key of keys) press(key);
  expect(await read).toBe(text);
  expect(modes).toEqual([true, false]);
  expect(shown).not.toMatch(/aaa|one/);
});

it('typedOrPiped returns at the end of its input', async () => {
  const { input, modes, press } = terminalInput();
  const read = typedOrPiped(input, err);
  press('abc');
  input.push(null);
  expect(await read).toBe('abc');
  expect(modes).toEqual([true, false]);
});

it('typedOrPiped restores the terminal and sends the signal at Ctrl-C', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const { input, modes, press } = terminalInput();
  const read = typedOrPiped(input, err);
  press('abc\u0003');
  await expect(read).rejects.toThrow('Interrupted');
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGINT');
  expect(modes[1]).toBe(false);
});

it('typedOrPiped returns piped input unchanged', async () => {
  const piped = new PassThrough();
  piped.end('a.b.c\n\u0003');
  expect(await typedOrPiped(piped, err)).toBe('a.b.c\n\u0003');
  expect(shown).toBe('');
});
