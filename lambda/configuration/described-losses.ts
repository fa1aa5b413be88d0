import { gunzipSync, gzipSync } from 'node:zlib';
import type { LossKind } from '../policy/lost-requests.ts';

/** Requests that get 403 although the token's scopes grant the route, as a deployment tells operators. */
export interface DescribedLosses {
  readonly listed: readonly DescribedLoss[];
  /** How many more losses the table has: a template holds only so many. */
  readonly leftOut: number;
}

/** Numbers are indexes in the table. A token with `route` and one of `because`, but without `denied`, has the loss. */
export interface DescribedLoss {
  readonly kind: LossKind;
  readonly route: number;
  /** `GET /users/{id}/photos/roles`; `…` stands for one segment or more. */
  readonly requests: readonly string[];
  readonly denied: number;
  readonly because: readonly number[];
}

/**
 * Characters in a template of 1 MB, which has the routes next to them. Of 5,293 tables of public APIs (`npm run test:real-apis`),
 * seven have more losses than that.
 */
const MAX_TEXT_LENGTH = 50_000;

/** As many losses as a template holds, the first ones, as text: compressed, since losses repeat each other. */
export function lossesText(losses: readonly DescribedLoss[], count = losses.length): string {
  const text = compressed({ listed: losses.slice(0, count), leftOut: losses.length - count });
  if (text.length <= MAX_TEXT_LENGTH) return text;
  const share = MAX_TEXT_LENGTH / text.length;
  return lossesText(losses, Math.floor(count * Math.min(share, 0.9)));
}

function compressed(losses: DescribedLosses): string {
  return gzipSync(JSON.stringify(losses)).toString('base64');
}

/** @throws for text that `lossesText` did not make */
export function lossesIn(text: string): DescribedLosses {
  return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString()) as DescribedLosses;
}
