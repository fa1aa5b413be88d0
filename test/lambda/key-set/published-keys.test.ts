import { expect, it } from 'vitest';
import { publishedKeys } from '../../../lambda/key-set/published-keys.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const [first, last] = [createSigningKey('ES256', 'first'), createSigningKey('ES256', 'last')];

it('entries after the first 500 are dropped, but the private keys that they show are not overlooked', () => {
  const filler = Array.from({ length: 499 }, () => ({}));
  const issuer = trustedIssuer({ algorithms: ['ES256'] });
  const { usable, dropped } = publishedKeys([first.publicJwk, ...filler, last.publicJwk], issuer);
  expect([...usable.keys()]).toEqual(['first']);
  expect(dropped).toBe(500);
  const disclosed = [first.publicJwk, ...filler, { ...first.privateKey.export({ format: 'jwk' }), kid: 'elsewhere' }];
  expect(publishedKeys(disclosed, issuer).usable.size).toBe(0);
});
