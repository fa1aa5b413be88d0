/** The odd primes up to 167, the factors of the generator that every size of key used. */
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
];

const PRODUCT = PRIMES.reduce((product, prime) => product * BigInt(prime), 1n);

/** For each prime, the powers of 65537 modulo it. */
const POWERS = new Map(PRIMES.map((prime) => [prime, powersOf(65_537 % prime, prime)]));

/**
 * Whether a modulus was made by the generator of CVE-2017-15361 (ROCA), whose keys can be factored: its primes are
 * k * M + (65537^a mod M) for a product M of small primes, so the modulus is a power of 65537 modulo each of them. One in
 * about 2^27 other moduli looks the same.
 *
 * Source: Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 2.3.
 */
export function hasRocaFingerprint(modulus: bigint): boolean {
  const residue = modulus % PRODUCT;
  return PRIMES.every((prime) => POWERS.get(prime)?.has(Number(residue % BigInt(prime))));
}

function powersOf(generator: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * generator) % prime) powers.add(power);
  return powers;
}
