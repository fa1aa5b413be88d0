import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenIn } from '../../../ops/selection/token-input.ts';
import { goodClaims } from '../../support/tokens/sample-issuer.ts';
import { segment } from '../../support/tokens/signed-token.ts';

const TOKEN = `${segment({ alg: 'RS256', typ: 'at+jwt', kid: 'k' })}.${segment(goodClaims())}.${'c2ln'.repeat(40)}`;
const OTHER = `${segment({ alg: 'ES256', kid: 'o' })}.${segment(goodClaims({ sub: 'other' }))}.c2ln`;

describe('a token is found in what people paste', () => {
  it.each([
    ['alone', TOKEN],
    ['with a line break after it', `${TOKEN}\r\n`],
    ['the value of the header', `Bearer ${TOKEN}`],
    ['the value in lower case', `bearer  ${TOKEN}\n`],
    ['the header', `Authorization: Bearer ${TOKEN}\r\n`],
    ['the header in lower case, as HTTP/2 has it', `authorization: bearer ${TOKEN}`],
    ['the header among others', `Host: api.example\nAuthorization: Bearer ${TOKEN}\nAccept: */*\n\n`],
    ["curl's option", `-H 'Authorization: Bearer ${TOKEN}' \\`],
    ['in quotes', `"${TOKEN}"`],
    ['below the lines of npm', `\n> bearer-authorizer@0.1.0 token\n> node ops/token.ts\n\n${TOKEN}\n`],
    ['below another token: the last one counts', `${OTHER}\n${TOKEN}`],
    ['below a word', `token\n${TOKEN}`],
  ])('%s', (_, text) => {
    expect(tokenIn(text)).toBe(TOKEN);
  });

  it.each([20, 64, 72, 76, 79, 80])('wrapped at %i characters, with and without its header', (width) => {
    const wrapped = (text: string, end: string) => text.replaceAll(new RegExp(`.{${width}}`, 'g'), `$&${end}`);
    expect(tokenIn(wrapped(TOKEN, '\n'))).toBe(TOKEN);
    expect(tokenIn(wrapped(TOKEN, '\r\n  '))).toBe(TOKEN);
    expect(tokenIn(`Authorization: Bearer ${wrapped(TOKEN, '\n')}\n`)).toBe(TOKEN);
    expect(tokenIn(`Authorization: Bearer\n ${wrapped(TOKEN, '\n ')}\n`)).toBe(TOKEN);
  });

  it('wrapped anywhere', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: TOKEN.length - 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (at) => {
        const edges = [0, ...at.toSorted((a, b) => a - b), TOKEN.length];
        const lines = edges.slice(1).map((end, index) => TOKEN.slice(edges[index], end));
        expect(tokenIn(`> npm\n\n${lines.join('\n')}\n`)).toBe(TOKEN);
      }),
    );
  });
});

it('text without a token is given back, so that somebody can say that it is none', () => {
  expect(tokenIn('  garbage\n')).toBe('garbage');
  expect(tokenIn('\n\n')).toBe('');
});
