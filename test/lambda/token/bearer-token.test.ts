import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUTHORIZATION_TOKEN_PATTERN, parseBearerToken } from '../../../lambda/token/bearer-token.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { expectRejected, rejectedRows } from '../../support/tokens/rejection.ts';

const issuer = loopbackIssuer();
const { fresh, tokenOf } = issuer;
const good = tokenOf();

describe('C1 the authorization token', () => {
  it.each(['Bearer ', 'bearer ', 'BEARER  ', 'bEaReR    '])('%j before a good token is accepted', async (scheme) => {
    expect((await fresh().decide(scheme + good)).kind).toBe('allowed');
  });

  const rejected = [
    ...rejectedRows(
      'C1',
      'not-bearer',
      ['nothing', ''],
      ['Bearer alone', 'Bearer'],
      ['Bearer and a tab', 'Bearer\t'],
      ['a tab after Bearer', `Bearer\t${good}`],
      ['a no-break space after Bearer', `Bearer\u00a0${good}`],
      ['a newline after Bearer', `Bearer\n${good}`],
      ['Basic', 'Basic YWxpY2U6c2VjcmV0'],
      ['Basic with a good token', `Basic ${good}`],
      ['DPoP', `DPoP ${good}`],
      ['a bare token', good],
      ['a space before Bearer', ` Bearer ${good}`],
      ['Bearer twice in one word', `BearerBearer ${good}`],
      ['a colon', `Bearer: ${good}`],
      ['no space', `Bearer${good}`],
    ),
    ...rejectedRows(
      'C1',
      'malformed',
      ['Bearer and a space', 'Bearer '],
      ['two tokens with a comma', `Bearer ${good},${good}`],
      ['two headers joined', `Bearer ${good}, Bearer ${good}`],
      ['two headers joined, the first empty', `Bearer , Bearer ${good}`],
      ['two tokens with a space', `Bearer ${good} ${good}`],
      ['Bearer twice', `Bearer Bearer ${good}`],
      ['a tab after the space', `Bearer \t${good}`],
      ['a quoted token', `Bearer "${good}"`],
    ),
  ];
  it.each(rejected)('$id $what: 401, $reason', (row) => expectRejected(row, fresh(), issuer));
});

describe('the pattern that API Gateway applies', () => {
  const pattern = new RegExp(AUTHORIZATION_TOKEN_PATTERN);
  const isParsed = (text: string) => {
    try {
      return text.endsWith(parseBearerToken(text));
    } catch {
      return false;
    }
  };

  it('lets through what the authorizer looks at, and nothing else, up to the length', () => {
    const piece = fc.oneof(
      fc.constantFrom('Bearer', 'bearer', ' ', '  ', '.', '../..', '\t', '\n', '=', ',', 'é', ''),
      fc.base64String({ maxLength: 4 }),
      fc.stringMatching(/^[\w-]{1,5}$/),
    );
    const wellFormed = fc.stringMatching(/^[Bb]EARER {1,3}[\w-]{1,4}\.[\w-]{1,4}\.[\w-]{1,4}$/);
    const texts = fc.oneof(
      wellFormed,
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(isParsed(text)).toBe(pattern.test(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('uses nothing but what every regex flavour reads alike', () => {
    expect(AUTHORIZATION_TOKEN_PATTERN).toMatch(/^\^(?:\[[A-Za-z0-9_-]+\]\+?| \+|\\\.)+\$$/);
  });

  it('is as quick for 8,199 characters that almost match', () => {
    for (const text of [`Bearer ${' '.repeat(8_192)}`, `Bearer ${'a'.repeat(8_192)}`, `Bearer ${'a.'.repeat(4_096)}`]) {
      expect(pattern.test(text)).toBe(false);
    }
  });
});
