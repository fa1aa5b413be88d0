import { Argument, type Command as Commander } from 'commander';
import type { Caller } from '../cli/caller.ts';
import type { Found } from '../cli/quiet-commander.ts';
import { SHELLS, type Shell } from './completion-script.ts';

export interface CompletionCommand {
  readonly kind: 'completion';
  readonly shell: Shell;
  readonly json: false;
}

export function addCompletion(program: Commander, found: Found<CompletionCommand>, caller: Caller): void {
  program
    .command('completion')
    .description('Prints a script that completes our commands and options in a shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  source <(${caller('completion bash')})
      in ~/.bashrc
  source <(${caller('completion zsh')})
      in ~/.zshrc, after compinit
  ${caller('completion fish')} | source
      in ~/.config/fish/config.fish

The script completes the command bearer-authorizer: install the package globally, or alias that name to npx bearer-authorizer.`,
    )
    .action((shell: Shell) => found({ kind: 'completion', shell, json: false }));
}
