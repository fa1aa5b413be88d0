import { CannotDecideError, InvalidTokenError } from '../errors.ts';
import { KeySet, type KeySetParts } from './key-set.ts';
import type { DownloadKeySet, KeySetIssuer } from './key-set-download.ts';

export interface CarefulKeySetParts<Issuer extends KeySetIssuer> extends KeySetParts<Issuer> {
  readonly download: DownloadKeySet<Issuer>;
}

/**
 * A key set that calls a key id unknown only if it was downloaded after somebody asked for the id. Between two downloads the id may be
 * that of a key that was just rotated in: anybody can spend the only download within `COOL_DOWN` by a message that names the issuer.
 *
 * It is for messages whose rejection is final. A client that gets 401 sends its token again. A sender never repeats a signal that was
 * rejected, so what the signal should have revoked would go on.
 *
 * `keyFor` throws CannotDecideError for an id that may be new: the sender comes again after `COOL_DOWN`.
 */
export function createCarefulKeySet<Issuer extends KeySetIssuer>(
  issuer: Issuer,
  parts: CarefulKeySetParts<Issuer>,
): Pick<KeySet, 'keyFor'> {
  let downloads = 0;
  const download: DownloadKeySet<Issuer> = (...request) => {
    downloads += 1;
    return parts.download(...request);
  };
  const keySet = new KeySet(issuer, { ...parts, download });
  return {
    keyFor: async (keyId, algorithm) => {
      const before = downloads;
      try {
        return await keySet.keyFor(keyId, algorithm);
      } catch (error) {
        if (!(error instanceof InvalidTokenError) || downloads > before) throw error;
        throw new CannotDecideError('key-set', 'unknown key id, and the key set was downloaded just before');
      }
    },
  };
}
