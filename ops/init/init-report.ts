import { nameOf } from '../../lambda/policy/route.ts';
import type { Caller } from '../cli/caller.ts';
import type { Report } from '../cli/program.ts';
import { counted } from '../text/counted.ts';
import type { AppFindings } from './app-findings.ts';
import type { AuthorizerFile } from './authorizer-file.ts';
import type { CdkApp } from './cdk-app.ts';
import type { ChosenIssuer } from './chosen-issuer.ts';
import { nameOfApi } from './found-apis.ts';
import { nextSteps } from './next-steps.ts';
import { addedLines, patchOfNewFile } from './patch.ts';
import { leftOutTexts } from './proposed-routes.ts';
import type { StackEdit } from './stack-edit.ts';

/** What `init` did, or would do. */
export interface InitResult {
  readonly app: CdkApp;
  readonly findings: AppFindings;
  readonly issuer: ChosenIssuer;
  readonly file: AuthorizerFile;
  /** The text of the new file. */
  readonly text: string;
  /** What is left to do in a file of the team; undefined: it is not certain. */
  readonly edit: StackEdit | undefined;
  readonly isWritten: boolean;
}

/** The report. As a patch its text has what is left to do: of a file that is written it shows the lines only. */
export function initReport(result: InitResult, caller: Caller): Report {
  const { app, file, text, edit, issuer, isWritten } = result;
  const steps = nextSteps(result, caller);
  const shown = isWritten ? addedLines(text.split('\n').slice(0, -1)).join('\n') : patchOfNewFile(app.file, text);
  const parts = [introduction(result), shown, edit?.patch, numbered(steps)];
  return {
    text: parts.filter((part) => part !== undefined).join('\n\n'),
    hasTabs: true,
    document: {
      command: 'init',
      file: app.file,
      written: isWritten,
      text,
      api: file.api,
      routes: file.routes.map(({ method, path, scopes, isGuessed, replaces = null }) => ({
        method,
        path,
        scopes,
        isGuessed,
        replaces,
      })),
      leftOut: file.leftOut.map(({ name, because }) => ({ route: name, because })),
      issuer: { preset: issuer.call.preset, from: issuer.from, isExample: issuer.isExample },
      edit: edit ?? null,
      nextSteps: steps,
    },
    exitCode: 0,
  };
}

/** The report without its patch, for a person while another program reads the patch. */
export function initSummary(result: InitResult, caller: Caller): string {
  return `${introduction(result)}\n\n${numbered(nextSteps(result, caller, false))}\n`;
}

function introduction(result: InitResult): string {
  const left = leftOutTexts(result.file.leftOut).map((each) => `Left out: ${each}.`);
  return [headline(result), ...left].join('\n');
}

function headline({ app, findings, file, issuer, isWritten }: InitResult): string {
  const [first, ...others] = file.routes.map(nameOf);
  const more = others.length === 0 ? '' : ` and ${counted(others.length, 'more route')}`;
  const apis = findings.chosen?.apis.map(nameOfApi).join(' and ');
  const what =
    apis === undefined
      ? `and an example API with ${first}, because the app has no API yet`
      : `for ${first}${more} of ${apis}`;
  return `${isWritten ? 'Wrote' : 'Would write'} ${app.file}: the authorizer ${what}. Issuer: ${issuer.from}.`;
}

function numbered(steps: readonly string[]): string {
  return ['Next:', ...steps.map((step, index) => `${index + 1}. ${step}`)].join('\n');
}
