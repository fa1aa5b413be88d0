import { expect, it } from 'vitest';
import { createRevocationList, type ReadEntries } from '../../../lambda/revocation/revocation-list.ts';
import type { AccessToken } from '../../../lambda/token/access-token.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const token = (jwtId: string): AccessToken => ({
  issuerAlias: 'main',
  formerAliases: [],
  subject: 'alice',
  subjects: ['alice'],
  revocationClaims: [],
  clientId: undefined,
  sessionId: undefined,
  jwtId,
  keyId: 'ec-1',
  signedPartDigest: undefined,
  scopes: new Set(),
  issuedAt: NOW,
  expiresAt: NOW + 600,
  contextClaims: {},
});

function listOver(readEntries: ReadEntries, now = () => NOW * 1000) {
  const said: unknown[] = [];
  let reads = 0;
  const rejectIfRevoked = createRevocationList({
    readEntries: (targets) => {
      reads += 1;
      return readEntries(targets);
    },
    levels: ['token'],
    report: (event) => void said.push(event),
    now,
  });
  return { rejectIfRevoked, said, reads: () => reads };
}

it('remembers up to 10,000 revoking entries, then forgets all', async () => {
  const { rejectIfRevoked, reads } = listOver(async ([target = '']) => [{ target, before: undefined }]);
  const isRejected = (jwtId: string) =>
    expect(rejectIfRevoked(token(jwtId))).rejects.toMatchObject({ reason: 'revoked' });
  for (let index = 0; index < 10_000; index += 1) await isRejected(String(index));
  expect(reads()).toBe(10_000);
  await isRejected('0');
  expect(reads()).toBe(10_000);
  await isRejected('one more');
  await isRejected('0');
  expect(reads()).toBe(10_002);
});

it('ignores entries that it did not ask for', async () => {
  const { rejectIfRevoked, said } = listOver(async () => [
    { target: 'jti#main#another', before: undefined },
    { target: 'jti#main#a-third', before: { S: 'malformed' } },
  ]);
  await expect(rejectIfRevoked(token('mine'))).resolves.toBeUndefined();
  expect(said).toEqual([]);
});

it('reports a malformed entry of a former alias under the present one, which alarms and metrics know', async () => {
  const { rejectIfRevoked, said } = listOver(async () => [{ target: 'jti#old#mine', before: { S: 'yesterday' } }]);
  await expect(rejectIfRevoked({ ...token('mine'), formerAliases: ['old'] })).rejects.toMatchObject({
    reason: 'revoked',
  });
  expect(said).toEqual([
    { event: 'entry-malformed', level: 'token', issuer: 'main' },
    { event: 'revoked', level: 'token', issuer: 'main' },
  ]);
});

it('forgets what it remembered when the clock is set back while it looks at another token', async () => {
  let time = NOW * 1000;
  const { rejectIfRevoked, reads } = listOver(
    async ([target = '']) => (target.endsWith('#revoked') ? [{ target, before: undefined }] : []),
    () => time,
  );
  const isRejected = () => expect(rejectIfRevoked(token('revoked'))).rejects.toMatchObject({ reason: 'revoked' });
  await isRejected();
  time -= 1_500;
  await rejectIfRevoked(token('another'));
  time += 1_600;
  const before = reads();
  await isRejected();
  expect(reads()).toBe(before + 1);
});
