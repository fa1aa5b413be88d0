import { describe, expect, it } from 'vitest';
import { chosenIssuer } from '../../../ops/init/chosen-issuer.ts';
import { examplePreset, presetFor } from '../../../ops/init/issuer-preset.ts';

const FOUND = {
  call: presetFor('https://sso.acme.example/realms/shop', ['a']),
  from: 'the authorizer Jwt',
  pool: undefined,
};
const AUTH0 = { issuer: 'https://acme.eu.auth0.com/', audiences: ['api'] };

/** Somebody at a terminal who gives these answers, and the questions that were asked. */
function answering(...answers: readonly string[]) {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return answers[questions.length - 1] ?? '';
  };
  return { questions, ask };
}

describe('nobody is asked', () => {
  it.each([
    ['for an issuer that is given', { issuer: AUTH0, json: false }, FOUND, presetFor(AUTH0.issuer, AUTH0.audiences)],
    ['for an issuer that the app names', { issuer: undefined, json: false }, FOUND, FOUND.call],
    ['with --json', { issuer: undefined, json: true }, undefined, examplePreset()],
  ])('%s', async (_, command, found, call) => {
    const { questions, ask } = answering('https://login.example.com/');
    expect(await chosenIssuer(command, found, { ask })).toMatchObject({ call });
    expect(questions).toEqual([]);
  });
});

describe('somebody at a terminal is asked for an issuer that the app does not name', () => {
  const command = { issuer: undefined, json: false };
  it.each([
    ['and for its audience', ['https://acme.eu.auth0.com/', ' api '], presetFor(AUTH0.issuer, ['api']), false],
    ['and may leave the audience for later', ['https://acme.eu.auth0.com/', ''], presetFor(AUTH0.issuer, []), true],
    ['and may leave all for later', [''], examplePreset(), true],
  ])('%s', async (_, answers, call, isExample) => {
    const { questions, ask } = answering(...answers);
    expect(await chosenIssuer(command, undefined, { ask })).toMatchObject({ call, isExample });
    expect(questions).toHaveLength(answers.length);
  });

  it('and hears what is wrong with an answer', async () => {
    const { ask } = answering('acme');
    await expect(chosenIssuer(command, undefined, { ask })).rejects.toThrow(
      /^--issuer is "acme", which is not the address/,
    );
  });

  it('an example stands where nobody is', async () => {
    expect(await chosenIssuer(command, undefined, {})).toMatchObject({ call: examplePreset(), isExample: true });
  });
});
