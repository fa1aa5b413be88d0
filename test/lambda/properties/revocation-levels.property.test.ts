import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { InvalidTokenError } from '../../../lambda/errors.ts';
import { REVOCATION_LEVELS, type RevocationLevel } from '../../../lambda/revocation/revocation-level.ts';
import { createRevocationList, type ReadEntries } from '../../../lambda/revocation/revocation-list.ts';
import type { AccessToken } from '../../../lambda/token/access-token.ts';
import { entryReaderAt } from '../../support/table/entry-reader.ts';
import { createRevocationTable } from '../../support/table/test-table.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const FORMER_ALIASES = ['old', 'oldest'];

const token = (issuedAt: number, hasId: boolean): AccessToken => ({
  issuerAlias: 'main',
  formerAliases: FORMER_ALIASES,
  subject: 'alice',
  subjects: ['alice'],
  revocationClaims: ['agent#bot', 'tenant#acme'],
  clientId: 'client-1',
  sessionId: 'session-1',
  jwtId: hasId ? 'token-1' : undefined,
  keyId: 'ec-1',
  signedPartDigest: hasId ? undefined : 'a'.repeat(64),
  scopes: new Set(),
  issuedAt,
  expiresAt: NOW + 600,
  contextClaims: {},
});

/** The target of the token above at each level, and whether a `before` may spare it there (docs/revoking.md, "Levels"). */
const LEVELS = {
  token: { target: 'jti#main#token-1', hasBefore: false },
  digest: { target: `th#main#${'a'.repeat(64)}`, hasBefore: false },
  session: { target: 'sid#main#session-1', hasBefore: false },
  subject: { target: 'sub#main#alice', hasBefore: true },
  client: { target: 'cid#main#client-1', hasBefore: true },
  claim: { target: 'clm#main#tenant#acme', hasBefore: true },
  key: { target: 'kid#main#ec-1', hasBefore: false },
  issuer: { target: 'iss#main', hasBefore: true },
} as const satisfies Readonly<Record<RevocationLevel | 'digest', { target: string; hasBefore: boolean }>>;
type Level = keyof typeof LEVELS;

/** The target of an entry that was written while the issuer had another alias. */
const targetUnder = (alias: string, level: Level) => LEVELS[level].target.replace('#main', `#${alias}`);
const alias = fc.constantFrom('main', ...FORMER_ALIASES);

const before = fc.oneof(
  fc.constant(undefined),
  fc.integer({ min: NOW - 6, max: NOW + 3 }).map((seconds): AttributeValue => ({ N: String(seconds) })),
  fc.constantFrom<AttributeValue>(
    { N: '0' },
    { N: '-1' },
    { N: '100000000000' },
    { S: '1' },
    { NULL: true },
    { BOOL: false },
    { N: String(NOW * 1000) },
  ),
);
const entries = fc.dictionary(fc.constantFrom(...(Object.keys(LEVELS) as Level[])), before, { maxKeys: 8 });
const issuedAt = fc
  .tuple(fc.integer({ min: NOW - 3, max: NOW + 3 }), fc.constantFrom(0, 0.5, 0.999))
  .map(([seconds, fraction]) => seconds + fraction);

/** Whether one entry alone revokes a token, written from docs/revoking.md. */
function revokesAlone(level: Level, attribute: AttributeValue | undefined, iat: number): boolean {
  if (!LEVELS[level].hasBefore || attribute === undefined) return true;
  const seconds = attribute.N === undefined ? undefined : Number(attribute.N);
  if (seconds === undefined || seconds < 0 || seconds >= 1e11) return true;
  return Math.floor(iat) - seconds <= 2;
}

async function isRevoked(readEntries: ReadEntries, accessToken: AccessToken): Promise<boolean> {
  const rejectIfRevoked = createRevocationList({
    readEntries,
    levels: REVOCATION_LEVELS,
    report: () => undefined,
    now: () => NOW * 1000,
  });
  try {
    await rejectIfRevoked(accessToken);
    return false;
  } catch (error) {
    if (error instanceof InvalidTokenError && error.reason === 'revoked') return true;
    throw error;
  }
}

const concerns = (level: string, hasId: boolean) => level !== (hasId ? 'digest' : 'token');

describe('F4 several entries, under the present alias or a former one,', () => {
  it('revoke a token exactly when one of them alone would', async () => {
    const property = fc.asyncProperty(entries, alias, issuedAt, fc.boolean(), async (written, name, iat, hasId) => {
      const stored = Object.entries(written).map(([level, attribute]) => ({
        target: targetUnder(name, level as Level),
        before: attribute,
      }));
      const readEntries: ReadEntries = async (targets) => stored.filter(({ target }) => targets.includes(target));
      const expected = Object.entries(written).some(
        ([level, attribute]) => concerns(level, hasId) && revokesAlone(level as Level, attribute, iat),
      );
      expect(await isRevoked(readEntries, token(iat, hasId))).toBe(expected);
    });
    await fc.assert(property, { numRuns: 2_000 });
  });

  it('do so in a real table too', async () => {
    const table = await createRevocationTable();
    const readEntries = entryReaderAt(inject('dynamoDbEndpoint'), table.name, 10_000);
    const property = fc.asyncProperty(entries, alias, issuedAt, fc.boolean(), async (written, name, iat, hasId) => {
      const pairs = Object.entries(written) as [Level, AttributeValue | undefined][];
      for (const [level, attribute] of pairs) {
        await table.put({
          target: { S: targetUnder(name, level) },
          ...(attribute !== undefined && { before: attribute }),
        });
      }
      const expected = pairs.some(
        ([level, attribute]) => concerns(level, hasId) && revokesAlone(level, attribute, iat),
      );
      expect(await isRevoked(readEntries, token(iat, hasId))).toBe(expected);
      for (const [level] of pairs) await table.remove(targetUnder(name, level));
    });
    await fc.assert(property, { numRuns: 25 });
  });
});
