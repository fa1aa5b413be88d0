import { checkPrimeSync, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import type { SigningKey } from './signing-keys.ts';

/** A prime candidate as the generator of CVE-2017-15361 made them: k * M + (65537^a mod M), of so many bits. */
export function rocaNumber(bits: number): bigint {
  // Nemec et al., CCS 2017, table 1: M is the product of the first 126 primes for keys of 1984 to 3936 bits, of 225 from 3968.
  const m = firstPrimes(bits < 1984 ? 126 : 225).reduce((product, prime) => product * BigInt(prime), 1n);
  const least = (3n << BigInt(bits - 2)) / m + 1n;
  const most = (1n << BigInt(bits)) / m;
  const k = least + (randomBelow(bits) % (most - least));
  return k * m + power(65_537n, randomBelow(64), m);
}

/** A real RSA key pair of 2048 bits with primes of that form. */
export function rocaKey(keyId: string): SigningKey {
  const [p, q] = [rocaPrime(1024), rocaPrime(1024)].sort((one, other) => (one > other ? -1 : 1)) as [bigint, bigint];
  const [n, e] = [p * q, 65_537n];
  const d = inverse(e, (p - 1n) * (q - 1n));
  const numbers = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const members = Object.entries(numbers).map(([name, number]) => [name, base64url(number)] as const);
  const privateKey = createPrivateKey({ key: { kty: 'RSA', ...Object.fromEntries(members) }, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'RS256', use: 'sig' };
  return { keyId, algorithm: 'RS256', privateKey, publicKey, publicJwk };
}

function rocaPrime(bits: number): bigint {
  for (;;) {
    const candidate = rocaNumber(bits);
    if (checkPrimeSync(candidate)) return candidate;
  }
}

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number += 1) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  return primes;
}

function randomBelow(bits: number): bigint {
  return BigInt(`0x${randomBytes(bits / 8).toString('hex')}`);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let [square, left] = [base % modulus, exponent]; left > 0n; left >>= 1n, square = (square * square) % modulus) {
    if (left % 2n === 1n) result = (result * square) % modulus;
  }
  return result;
}

function inverse(number: bigint, modulus: bigint): bigint {
  let [one, other, a, b] = [number % modulus, modulus, 1n, 0n];
  while (one > 1n) {
    const quotient = other / one;
    [other, one, b, a] = [one, other - quotient * one, a, b - quotient * a];
  }
  return ((a % modulus) + modulus) % modulus;
}

function base64url(number: bigint): string {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
}
