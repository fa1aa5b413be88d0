import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { MAX_DOWNLOAD_BYTES } from '../../../lambda/key-set/key-set-download.ts';
import { publishedKeys } from '../../../lambda/key-set/published-keys.ts';
import { SIGNATURE_ALGORITHMS } from '../../../lambda/token/trusted-issuer.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { type PaceSummary, paceOf, paceSummary } from '../pace.ts';
import type { Progress } from '../progress.ts';
import { interleave } from '../samples.ts';

/** The cost of loading a key set document of the maximum size, made to cost as much as possible. */
export interface HostileKeySet {
  readonly what: HostileKind;
  readonly members: number;
  readonly load: PaceSummary;
}

type Jwk = Readonly<Record<string, unknown>>;

/** Makers of the members of such documents, by their index. */
const KINDS = {
  'EC keys and thousands of private members': (index: number) => (index < 500 ? ecKey(index) : { d: 0 }),
  'EC keys': ecKey,
  'EC keys of one id': (index: number) => ({ ...ecKey(index), kid: 'a' }),
  'EC points off their curve': (index: number) => ({ ...ecKey(index), y: randomNumber(32) }),
  'Ed25519 keys': (index: number) => ({ ...created(index, 'ed25519'), kid: `${index}` }),
  'RSA keys': (index: number) => ({ kty: 'RSA', n: `w${randomNumber(256).slice(1)}`, e: 'AQAB', kid: `${index}` }),
  'private RSA keys': () => ({ kty: 'RSA', n: randomNumber(20), d: 'AQAB' }),
  'empty objects': () => ({}),
} as const;

export type HostileKind = keyof typeof KINDS;

const HOSTILE_KINDS = Object.keys(KINDS) as readonly HostileKind[];

export async function measureHostileKeySets({
  rounds,
  progress,
}: {
  readonly rounds: number;
  readonly progress: Progress;
}): Promise<readonly HostileKeySet[]> {
  const issuer = trustedIssuer({ algorithms: SIGNATURE_ALGORITHMS });
  const documents = new Map(HOSTILE_KINDS.map((kind) => [kind, documentOf(KINDS[kind])]));
  const measure = async (kind: HostileKind, round: number) => {
    progress(`scale: hostile key sets, round ${round + 1}`);
    return paceOf([JSON.stringify(documents.get(kind))], async (text) =>
      publishedKeys(JSON.parse(text) as readonly unknown[], issuer),
    );
  };
  await interleave(HOSTILE_KINDS, 2, measure);
  const paces = await interleave(HOSTILE_KINDS, rounds, measure);
  return HOSTILE_KINDS.map((what) => ({
    what,
    members: documents.get(what)?.length ?? 0,
    load: paceSummary(paces.get(what) ?? []),
  }));
}

/** A document with as many members as fit. */
function documentOf(member: (index: number) => Jwk): readonly Jwk[] {
  const members: Jwk[] = [];
  for (let bytes = '{"keys":[]}'.length; ; ) {
    const next = member(members.length);
    bytes += JSON.stringify(next).length + 1;
    if (bytes > MAX_DOWNLOAD_BYTES) return members;
    members.push(next);
  }
}

function ecKey(index: number): Jwk {
  return { ...created(index, 'ec'), kid: `${index}` };
}

/** Public keys without an owner, each made once. */
const createdKeys = new Map<string, Jwk>();

function created(index: number, type: 'ec' | 'ed25519'): Jwk {
  const name = `${type} ${index}`;
  const known = createdKeys.get(name);
  if (known !== undefined) return known;
  const { privateKey } = type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync(type);
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as Jwk;
  createdKeys.set(name, jwk);
  return jwk;
}

function randomNumber(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
