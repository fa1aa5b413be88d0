import type { Environment } from './npm-options.ts';

/** What a line means: good, bad, in between, or the heads of columns. */
export type Tone = 'good' | 'bad' | 'doubtful' | 'heading';

/** The attributes of a terminal (ECMA-48, SGR): green, bold red, yellow, bold. */
const SGR: Readonly<Record<Tone, string>> = { good: '32', bad: '1;31', doubtful: '33', heading: '1' };

export function toned(text: string, tone: Tone): string {
  return `\u001b[${SGR[tone]}m${text}\u001b[0m`;
}

/**
 * Whether to write colours: on a terminal, unless NO_COLOR is set (no-color.org) or CLICOLOR is 0; anywhere with FORCE_COLOR (as
 * Node.js reads it) or CLICOLOR_FORCE (bixense.com/clicolors), which win. An empty variable counts as not set, except FORCE_COLOR,
 * as in Node.js.
 */
export function isColoured({ isTTY }: { readonly isTTY?: boolean }, environment: Environment = {}): boolean {
  const { FORCE_COLOR, NO_COLOR, CLICOLOR, CLICOLOR_FORCE = '', TERM } = environment;
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR);
  if (!['', '0'].includes(CLICOLOR_FORCE)) return true;
  return isTTY === true && !NO_COLOR && CLICOLOR !== '0' && TERM !== 'dumb';
}
