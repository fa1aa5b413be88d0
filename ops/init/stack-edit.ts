import { printable } from '../cli/terminal-text.ts';
import type { SourceFile } from './app-sources.ts';
import type { CdkApp } from './cdk-app.ts';
import { searched } from './code-search.ts';
import { apiPlace, examplePlace } from './edit-place.ts';
import type { FoundApi } from './found-apis.ts';
import type { FoundPool } from './found-issuer.ts';
import { importInsertion } from './import-place.ts';
import { patchOf } from './patch.ts';
import { insertionEdits } from './text-insertion.ts';

/** A change of a file of the team, which is left to them. */
export interface StackEdit {
  readonly file: string;
  readonly patch: string;
}

/** What calls the function of the new file. */
export interface EditRequest {
  readonly app: CdkApp;
  /** The APIs that take the authorizer; none: the function makes an API itself. */
  readonly apis: readonly FoundApi[];
  readonly pool: FoundPool | undefined;
}

/** The change that has the app call the function of the new file; undefined: it is not certain what to change. */
export function stackEdit(sources: readonly SourceFile[], { app, apis, pool }: EditRequest): StackEdit | undefined {
  const [api, ...others] = apis;
  if (others.length > 0) return undefined;
  // A user pool is made in the constructor, below the place of the example.
  if (api === undefined && pool !== undefined) return undefined;
  const all = sources.map(searched);
  const place = api === undefined ? examplePlace(all) : apiPlace(all, api, pool);
  const imported = place && importInsertion(place.source, app, sources);
  if (place === undefined || imported === undefined) return undefined;
  const { path, text } = place.source;
  if (place.insertion.index > text.length) return undefined;
  const patch = patchOf(path, text, insertionEdits(text, [imported, place.insertion]));
  return isShownUnchanged(patch) ? { file: path, patch } : undefined;
}

/** Whether a terminal shows the patch as it is. What is escaped there, such as the end of a line on Windows, could not be applied. */
function isShownUnchanged(patch: string): boolean {
  return patch.split(/[\n\t]/).every((part) => printable(part) === part);
}
