import type { Command as Commander } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** What may follow a command: names of commands below it, its options, and the values that one of them may have. */
interface Completions {
  /** The words of the command with a space before each; empty: the program itself. */
  readonly path: string;
  readonly words: readonly string[];
  /** Whether the name of a file may follow. */
  readonly takesFile: boolean;
}

/** A script that completes the commands and options of a grammar. It names them all, so that a key press starts no program. */
export function completionScript(shell: Shell, program: Commander): string {
  return SCRIPTS[shell](completionsOf(program, ''));
}

function completionsOf(command: Commander, path: string): readonly Completions[] {
  const names = command.commands.map((child) => child.name());
  const options = command.options.map(({ long, flags }) => long ?? flags);
  const choices = [...command.options, ...command.registeredArguments].flatMap(({ argChoices = [] }) => argChoices);
  const takesFile = command.registeredArguments.some((argument) => ['file', 'template'].includes(argument.name()));
  const help = path === '' ? ['help'] : [];
  return [
    { path, words: [...names, ...help, ...choices, ...options, '--help'], takesFile },
    ...command.commands.flatMap((child) => completionsOf(child, `${path} ${child.name()}`)),
  ];
}

const SCRIPTS: Readonly<Record<Shell, (all: readonly Completions[]) => string>> = {
  bash: (all) => `# bash completion of bearer-authorizer
_bearer_authorizer() {
  local current=\${COMP_WORDS[COMP_CWORD]} at= index words file
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$at \${COMP_WORDS[index]}" in
      ${patternOfPaths(all)}) at="$at \${COMP_WORDS[index]}" ;;
    esac
  done
  case "$at" in
${all.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case "$at" in
    ${patternOfFiles(all)})
      [[ $current == -* ]] && return
      # Bash 3 has no compopt: it leaves spaces in the name as they are.
      compopt -o filenames 2>/dev/null
      while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current")
      ;;
  esac
}
complete -F _bearer_authorizer bearer-authorizer
`,
  zsh: (all) => `#compdef bearer-authorizer
_bearer_authorizer() {
  local at='' word
  for word in \${words[2,CURRENT-1]}; do
    case "$at $word" in
      (${patternOfPaths(all)}) at="$at $word" ;;
    esac
  done
  case "$at" in
${all.map(({ path, words }) => `    ('${path}') compadd -- ${words.join(' ')} ;;`).join('\n')}
  esac
  case "$at" in
    (${patternOfFiles(all)}) _files ;;
  esac
}
compdef _bearer_authorizer bearer-authorizer
`,
  fish: (all) => `# fish completion of bearer-authorizer
function __bearer_authorizer_at
    set -l at ''
    for word in (commandline -opc)[2..]
        switch "$at $word"
            case ${paths(all).join(' ')}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
complete -c bearer-authorizer -f
${all.map(({ path, words }) => `complete -c bearer-authorizer -n "__bearer_authorizer_at '${path}'" -a '${words.join(' ')}'`).join('\n')}
${all.flatMap(({ path, takesFile }) => (takesFile ? [`complete -c bearer-authorizer -n "__bearer_authorizer_at '${path}'" -F`] : [])).join('\n')}
`,
};

/** The commands below the program, each as a quoted word. */
function paths(all: readonly Completions[]): readonly string[] {
  return all.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`]));
}

function patternOfPaths(all: readonly Completions[]): string {
  return paths(all).join(' | ');
}

function patternOfFiles(all: readonly Completions[]): string {
  return paths(all.filter(({ takesFile }) => takesFile)).join(' | ');
}
