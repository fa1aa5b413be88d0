import { KeySet } from '../../../lambda/key-set/key-set.ts';
import { createKeySetDownload, type KeySetIssuer } from '../../../lambda/key-set/key-set-download.ts';
import { type KeysByHeader, publishedKeys } from '../../../lambda/key-set/published-keys.ts';

/** What was seen of the key sets while something was verified. */
export interface ObservedKeys {
  /** The keys of the issuer that was asked; undefined: none was asked, or it did not answer with any. */
  publishedKeys: KeysByHeader | undefined;
  /** Why a key set could not be had, and where it was asked for. */
  failure: string | undefined;
}

/** Milliseconds on a monotonic clock: a key set only measures durations. */
const steadyClock = () => performance.now();

/** A key set that downloads for real, and notes what it sees. */
export function observedKeySet<Issuer extends KeySetIssuer>(issuer: Issuer, observed: ObservedKeys): KeySet<Issuer> {
  const download = createKeySetDownload(steadyClock);
  const place = issuer.jwksUri ?? `what ${issuer.issuer} publishes about itself (discovery)`;
  return new KeySet(issuer, {
    now: steadyClock,
    report: (event) => {
      if (event.event === 'key-set-refresh-failed') observed.failure = `${event.detail} at ${place}`;
    },
    download: async (asked, milliseconds) => {
      const keys = await download(asked, milliseconds);
      observed.publishedKeys = publishedKeys(keys, asked).usable;
      return keys;
    },
  });
}
