/** The type of the error with which a function answers that the local run cannot run. No function of AWS answers with it. */
export const NOT_RUN = 'LocalRun.NotRun';

/** Something that only Lambda has. The message is the end of a sentence: `it streams its response`. */
export class NotRunError extends Error {
  override readonly name: string = NOT_RUN;
}

/** The packages that Lambda's runtime has, so that bundlers leave them out (Lambda developer guide, "Runtime-included SDK versions"). */
const MISSING_SDK = /^Cannot find (?:module|package) '(@(?:aws-sdk|smithy)\/[\w.-]+)/;

/** The error for a package of the SDK that is not found. undefined: the error is another one. */
export function missingSdkError(message: string): NotRunError | undefined {
  const [, name] = MISSING_SDK.exec(message) ?? [];
  if (name === undefined) return undefined;
  return new NotRunError(
    `it needs ${name}, which Lambda's runtime has and this app has not: npm install --save-dev ${name}`,
  );
}

/** What a client is told. */
export function notRunSentence(name: string, reason: string): string {
  return `${name} does not run locally: ${reason}.`;
}
