import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { hasRocaFingerprint } from '../../lambda/roca-fingerprint.ts';
import { rocaNumber } from '../support/roca-key.ts';
import { createSigningKey } from '../support/signing-keys.ts';

it.each([2048, 3072, 4096])('a modulus of %d bits with factors of the weak form is recognised', (bits) => {
  for (let count = 0; count < 20; count += 1) {
    expect(hasRocaFingerprint(rocaNumber(bits / 2) * rocaNumber(bits / 2))).toBe(true);
  }
});

it('one factor of the weak form alone is no fingerprint', () => {
  const modulus = rocaNumber(1024) * BigInt(`0x${randomBytes(128).toString('hex')}`);
  expect(hasRocaFingerprint(modulus)).toBe(false);
});

it('other moduli are not taken for it', () => {
  const { n } = createSigningKey('RS256', 'rsa').publicKey.export({ format: 'jwk' });
  expect(hasRocaFingerprint(BigInt(`0x${Buffer.from(String(n), 'base64url').toString('hex')}`))).toBe(false);
  const odd = Array.from({ length: 5_000 }, () => BigInt(`0x${randomBytes(256).toString('hex')}`) | 1n);
  expect(odd.filter(hasRocaFingerprint)).toEqual([]);
});

it('a modulus that a prime of the test divides is none of it', () => {
  for (const prime of [3n, 11n, 167n]) expect(hasRocaFingerprint(rocaNumber(1024) * prime)).toBe(false);
});
