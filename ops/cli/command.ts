import type { RevocationLevel } from '../../lambda/revocation/revocation-target.ts';

/** Which deployment a command is about; `any`: what `npm start` runs here. */
export type StackChoice =
  | { readonly kind: 'any' }
  | { readonly kind: 'local' }
  | { readonly kind: 'stack'; readonly name: string; readonly regions: readonly string[] };

/** What an entry is chosen by. A JWT of `-` is read from standard input when the command runs. */
export type Selector =
  | { readonly by: 'jwt'; readonly jwt: string }
  | {
      readonly by: 'value';
      readonly level: RevocationLevel;
      readonly value: string;
      readonly issuer: string | undefined;
      /** The token carries the value as it stands, even if it looks pasted with something around it. */
      readonly exact?: boolean;
      /** What is done to the entry, for a command to copy. */
      readonly verb?: string;
    }
  | { readonly by: 'target'; readonly target: string };

/** Which tokens an entry takes back: those issued until an instant (seconds), those issued until now, or all. */
export type BeforeOption = number | 'now' | 'block';

interface CommonOptions {
  readonly where: StackChoice;
  readonly json: boolean;
}

export interface RevokeCommand extends CommonOptions {
  readonly kind: 'revoke';
  readonly selector: Selector;
  readonly before: BeforeOption;
  /** When the token or session ends, in seconds since the epoch, if the operator knows. */
  readonly endsAt: number | undefined;
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly flush: boolean;
  /** Write the entry as it is, even over a stronger one. */
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  /** Where the token to watch comes from: `-`, a file, or `selector` for the revoked token itself. */
  readonly wait: { readonly token: string } | undefined;
}

export interface RestoreCommand extends CommonOptions {
  readonly kind: 'restore';
  readonly selector: Selector;
  readonly dryRun: boolean;
}

export interface ShowCommand extends CommonOptions {
  readonly kind: 'show';
  readonly selector: Selector;
}

export interface ListCommand extends CommonOptions {
  readonly kind: 'list';
  readonly level: RevocationLevel | undefined;
  readonly issuer: string | undefined;
  /** Entries to print; undefined: all. */
  readonly limit: number | undefined;
  /** The target after which to go on. */
  readonly after: string | undefined;
}

export interface CheckCommand extends CommonOptions {
  readonly kind: 'check';
}

export interface ImportCommand extends CommonOptions {
  readonly kind: 'import';
  /** `-`: standard input. */
  readonly file: string;
  readonly issuer: string | undefined;
  /** Seconds since the epoch: what `now` means in the file. */
  readonly asOf: number | undefined;
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly flush: boolean;
  readonly skipBad: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
}

export interface LintCommand extends CommonOptions {
  readonly kind: 'lint';
}

export interface UpgradeCommand extends CommonOptions {
  readonly kind: 'upgrade';
  /** A file: the template of the deployment that is to come. */
  readonly template: string;
}

export type Command =
  | RevokeCommand
  | RestoreCommand
  | ShowCommand
  | ListCommand
  | CheckCommand
  | ImportCommand
  | LintCommand
  | UpgradeCommand;

/** `--help`, and what stands in for it when no command is named. */
export interface Help {
  readonly kind: 'help';
  readonly text: string;
  readonly exitCode: 0 | 2;
}
