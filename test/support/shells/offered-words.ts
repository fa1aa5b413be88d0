import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Shell } from '../../../ops/completion/completion-script.ts';

const run = promisify(execFile);

/**
 * What a shell itself offers when Tab is pressed after a line, with a completion script loaded.
 * @param words - the words of the line, the last of which may be incomplete
 */
export async function offeredWords(shell: Shell, script: string, words: readonly string[]): Promise<readonly string[]> {
  const printed = await OFFERS[shell](script, words);
  return printed.split('\n').filter((word) => word !== '');
}

const OFFERS: Readonly<Record<Shell, (script: string, words: readonly string[]) => Promise<string>>> = {
  bash: async (script, words) => {
    const line = words.map((word) => `'${word}'`).join(' ');
    const press = `COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _bearer_authorizer; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await run('bash', ['--noprofile', '--norc', '-u', '-c', `${script}\n${press}`])).stdout;
  },
  fish: async (script, words) => {
    const press = `complete -C '${words.join(' ')}'`;
    return (await run('fish', ['--no-config', '-c', `${script}\n${press}`])).stdout;
  },
  zsh: zshOffers,
};

/** An interactive zsh whose Tab completes the line, writes to a file what was offered, and ends the shell. */
const INSIDE = `
autoload -Uz compinit && compinit -D -u
source "$FOLDER/completion"
compadd() {
  if [[ " \${(j: :)@} " == *' -'[OAD]' '* ]]; then builtin compadd "$@"; return $?; fi
  local -a offered
  builtin compadd -A offered "$@"
  print -rl -- \${(Q)offered} >> "$FOLDER/offered"
  builtin compadd "$@"
}
press() { zle complete-word; exit }
zle -N press
bindkey '^I' press
`;

/** Types into that shell through a terminal of its own, which completion needs (zsh's module zpty). */
const OUTSIDE = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'source "$FOLDER/inside"'
zpty -n -w shell "$LINE"$'\\t'
while zpty -r shell line; do :; done
`;

async function zshOffers(script: string, words: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zsh-'));
  try {
    const files = { completion: script, inside: INSIDE, outside: OUTSIDE, offered: '' };
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
    const env = { ...process.env, FOLDER: folder, LINE: words.join(' ') };
    await run('zsh', ['-f', join(folder, 'outside')], { env });
    return await readFile(join(folder, 'offered'), 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}
