import { createKeySetDownload, DownloadError } from '../../lambda/key-set/key-set-download.ts';
import { publishedKeys } from '../../lambda/key-set/published-keys.ts';
import type { SignalSender } from '../../lambda/signal/signal-source.ts';
import { foundText } from '../commands/check/comparison/found-text.ts';
import type { Mismatch } from '../text/mismatch-lines.ts';
import type { Transmitter } from './transmitter.ts';

/** Milliseconds: discovery and key set. */
const MAX_DOWNLOAD = 10_000;

/** What keeps the receiver from having the keys of a sender: it downloads them as the receiver does. */
export async function keySetMismatches(sender: SignalSender, { jwksUri }: Transmitter): Promise<readonly Mismatch[]> {
  const found = await obstacleTo(sender);
  if (found === undefined) return [];
  const place = sender.jwksUri ?? `what ${sender.issuer} publishes as an OpenID provider (discovery)`;
  return [
    {
      name: 'key set',
      found: `${found}, at ${place}`,
      expected: `keys for ${sender.algorithms.join(' or ')}`,
      change:
        jwksUri === undefined
          ? `write the transmitter's jwksUri for the source ${sender.name} in the deployment, and deploy`
          : `write jwksUri: ${foundText(jwksUri)}, and the algorithms of its keys, for the source ${sender.name} in the deployment, and deploy`,
    },
  ];
}

/** undefined: there are keys. */
async function obstacleTo(sender: SignalSender): Promise<string | undefined> {
  try {
    const download = createKeySetDownload(() => performance.now());
    const keys = await download({ ...sender, alias: sender.name }, MAX_DOWNLOAD);
    return publishedKeys(keys, sender).usable.size === 0 ? 'no usable key' : undefined;
  } catch (error) {
    if (error instanceof DownloadError) return error.message;
    throw error;
  }
}
