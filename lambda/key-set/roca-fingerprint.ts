/**
 * The odd primes up to 167, which divide the generator's M for keys of every size, each with the order of 65537 modulo it.
 * They are written out because computing them would slow each cold start.
 */
const ORDERS: readonly (readonly [prime: number, order: number])[] = [
  [3, 2],
  [5, 4],
  [7, 6],
  [11, 2],
  [13, 6],
  [17, 8],
  [19, 9],
  [23, 22],
  [29, 28],
  [31, 30],
  [37, 3],
  [41, 40],
  [43, 42],
  [47, 46],
  [53, 26],
  [59, 58],
  [61, 20],
  [67, 66],
  [71, 35],
  [73, 24],
  [79, 13],
  [83, 82],
  [89, 88],
  [97, 6],
  [101, 100],
  [103, 51],
  [107, 53],
  [109, 54],
  [113, 112],
  [127, 42],
  [131, 130],
  [137, 136],
  [139, 138],
  [149, 148],
  [151, 50],
  [157, 78],
  [163, 162],
  [167, 166],
];

/**
 * Whether a modulus was made by the generator of CVE-2017-15361 (ROCA), whose keys can be factored: its primes are
 * k * M + (65537^a mod M) for a product M of small primes, so the modulus is a power of 65537 modulo each of them. One in
 * about 2^27 other moduli looks the same.
 *
 * Source: Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 2.3.
 */
export function hasRocaFingerprint(modulus: bigint): boolean {
  const product = ORDERS.reduce((all, [prime]) => all * BigInt(prime), 1n);
  const residue = modulus % product;
  // The group modulo a prime is cyclic: the powers of 65537 are the elements whose order divides its own.
  return ORDERS.every(([prime, order]) => power(Number(residue % BigInt(prime)), order, prime) === 1);
}

function power(base: number, exponent: number, modulus: number): number {
  let result = 1;
  for (let left = exponent; left > 0; left -= 1) result = (result * base) % modulus;
  return result;
}
