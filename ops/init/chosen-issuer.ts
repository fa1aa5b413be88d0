import type { Screen } from '../cli/progress.ts';
import type { FoundIssuer } from './found-issuer.ts';
import { type GivenIssuer, type InitCommand, issuerText } from './init-command-line.ts';
import { examplePreset, presetFor } from './issuer-preset.ts';

/** The issuer that the new file trusts. */
export interface ChosenIssuer extends FoundIssuer {
  /** Whether it, or for whom its tokens are, is only an example. */
  readonly isExample: boolean;
}

/** The issuer that the person names, that the app names, or that the person names when asked; an example otherwise. */
export async function chosenIssuer(
  { issuer, json }: Pick<InitCommand, 'issuer' | 'json'>,
  found: FoundIssuer | undefined,
  screen: Pick<Screen, 'ask'>,
): Promise<ChosenIssuer> {
  if (issuer !== undefined) return ofPerson(issuer);
  if (found !== undefined) return withExamples(found);
  const answer = json ? undefined : await askForIssuer(screen.ask);
  return answer === undefined
    ? withExamples({ call: examplePreset(), from: 'an example', pool: undefined })
    : ofPerson(answer);
}

function ofPerson({ issuer, audiences }: GivenIssuer): ChosenIssuer {
  return withExamples({ call: presetFor(issuer, audiences), from: issuer, pool: undefined });
}

function withExamples(found: FoundIssuer): ChosenIssuer {
  return { ...found, isExample: found.call.options.some(({ isExample }) => isExample) };
}

/** undefined: nobody is there, or nobody knows yet. */
async function askForIssuer(ask: Screen['ask']): Promise<GivenIssuer | undefined> {
  const issuer = await ask?.('The app names no issuer. The address of yours (Enter: an example, to replace later): ');
  if (ask === undefined || issuer === undefined || issuer.trim() === '') return undefined;
  const known = issuerText(issuer.trim());
  const audience = await ask('For whom its tokens are, their claim `aud` (Enter: an example, to replace later): ');
  return { issuer: known, audiences: audience.trim() === '' ? [] : [audience.trim()] };
}
