import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { hasRocaFingerprint } from '../../../lambda/key-set/roca-fingerprint.ts';
import { rocaNumber } from '../../support/tokens/roca-key.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

/** The product of the primes up to 167. */
const PRIMORIAL = Array.from({ length: 166 }, (_, index) => index + 2)
  .filter((number) => Array.from({ length: number - 2 }, (_, index) => index + 2).every((each) => number % each !== 0))
  .reduce((product, prime) => product * BigInt(prime), 1n);

it.each([2048, 3072, 4096])('a modulus of %d bits with factors of the weak form is recognised', (bits) => {
  for (let count = 0; count < 20; count += 1) {
    expect(hasRocaFingerprint(rocaNumber(bits / 2) * rocaNumber(bits / 2))).toBe(true);
  }
});

it('one factor of the weak form alone makes no fingerprint', () => {
  const modulus = rocaNumber(1024) * BigInt(`0x${randomBytes(128).toString('hex')}`);
  expect(hasRocaFingerprint(modulus)).toBe(false);
});

it('other moduli are not recognised', () => {
  const { n } = createSigningKey('RS256', 'rsa').publicKey.export({ format: 'jwk' });
  expect(hasRocaFingerprint(BigInt(`0x${Buffer.from(String(n), 'base64url').toString('hex')}`))).toBe(false);
  const odd = Array.from({ length: 5_000 }, () => BigInt(`0x${randomBytes(256).toString('hex')}`) | 1n);
  expect(odd.filter(hasRocaFingerprint)).toEqual([]);
});

it('the residues that count as weak are the powers of 65537, for every prime alone', () => {
  for (const prime of [3n, 5n, 11n, 13n, 37n, 53n, 97n, 151n, 163n, 167n]) {
    const powers = new Set(Array.from({ length: Number(prime) }, (_, exponent) => 65_537n ** BigInt(exponent) % prime));
    const weak = rocaNumber(1024) * rocaNumber(1024);
    for (let residue = 0n; residue < prime; residue += 1n) {
      // Congruent to the weak modulus modulo every other prime up to 167, and to `residue` modulo this one.
      const step = PRIMORIAL / prime;
      const modulus = Array.from({ length: Number(prime) }, (_, times) => weak + BigInt(times) * step).find(
        (candidate) => candidate % prime === residue,
      );
      expect([prime, residue, modulus !== undefined && hasRocaFingerprint(modulus)]).toEqual([
        prime,
        residue,
        powers.has(residue),
      ]);
    }
  }
});

it('a modulus that a prime of the test divides is not recognised', () => {
  for (const prime of [3n, 11n, 167n]) expect(hasRocaFingerprint(rocaNumber(1024) * prime)).toBe(false);
});
