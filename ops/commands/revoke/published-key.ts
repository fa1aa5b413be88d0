import { CannotDecideError, InvalidTokenError } from '../../../lambda/errors.ts';
import { KeySet } from '../../../lambda/key-set/key-set.ts';
import { TARGET_PREFIXES } from '../../../lambda/revocation/revocation-level.ts';
import type { RevocationTarget } from '../../../lambda/revocation/revocation-target.ts';
import type { SignatureAlgorithm, TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { printable } from '../../cli/terminal-text.ts';

/**
 * A warning that the issuer does not publish the revoked key: a mistyped key id revokes nothing, and nothing else shows it.
 * Undefined: the issuer publishes the key, or the target is not a key. It asks the issuer and writes nothing.
 */
export async function keyNotice(target: RevocationTarget, issuer: TrustedIssuer): Promise<string | undefined> {
  const keyId = target.value;
  if (TARGET_PREFIXES[target.prefix] !== 'key' || keyId === undefined) return undefined;
  const name = `the key ${printable(keyId)}`;
  try {
    if (await isPublished(keyId, issuer)) return undefined;
    return `${issuer.alias} publishes no usable key with this id now: check the id (kid). Unless ${name} was removed, no token is under it.`;
  } catch (error) {
    if (!(error instanceof CannotDecideError)) throw error;
    return `Whether ${issuer.alias} publishes ${name} could not be looked up (${printable(error.detail)}): check the id (kid).`;
  }
}

/** @throws CannotDecideError while the key set cannot be had */
async function isPublished(keyId: string, issuer: TrustedIssuer): Promise<boolean> {
  const keySet = new KeySet(issuer, { now: () => performance.now(), report: () => {} });
  for (const algorithm of issuer.algorithms) if (await hasKey(keySet, keyId, algorithm)) return true;
  return false;
}

async function hasKey(keySet: KeySet, keyId: string, algorithm: SignatureAlgorithm): Promise<boolean> {
  try {
    await keySet.keyFor(keyId, algorithm);
    return true;
  } catch (error) {
    if (error instanceof InvalidTokenError) return false;
    throw error;
  }
}
