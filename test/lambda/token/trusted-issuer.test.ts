import { expect, it } from 'vitest';
import { ALIAS_PATTERN, acceptsNoAudience, aliasesOf, isKnownAs } from '../../../lambda/token/trusted-issuer.ts';

it('an issuer is known by its present alias, which comes first, and by each former one', () => {
  const renamed = { alias: 'main', formerAliases: ['old', 'oldest'] };
  expect(aliasesOf(renamed)).toEqual(['main', 'old', 'oldest']);
  expect(aliasesOf({ alias: 'main' })).toEqual(['main']);
  expect(['main', 'old', 'oldest', 'ol', 'MAIN', ''].filter((alias) => isKnownAs(renamed, alias))).toEqual([
    'main',
    'old',
    'oldest',
  ]);
});

it('an alias is 1 to 16 lower-case letters, digits and hyphens', () => {
  const texts = ['a', 'main-2', 'x'.repeat(16), '', 'x'.repeat(17), 'Main', 'a#b', '#a', 'a#', 'a b', 'a\n', 'é'];
  expect(texts.filter((text) => ALIAS_PATTERN.test(text))).toEqual(['a', 'main-2', 'x'.repeat(16)]);
});

it('a token without an audience is accepted where the issuer lists none, or null among others', () => {
  expect([[], [null], ['api', null], ['api']].map(acceptsNoAudience)).toEqual([true, true, true, false]);
});
