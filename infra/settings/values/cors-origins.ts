import { isAcceptableAddress } from '../../../lambda/token/trusted-issuer.ts';
import { listOf, textWhere, type Validator } from './validators.ts';

const origin = textWhere(
  (value) => value === '*' || isOrigin(value),
  "write origins as browsers do, without a path (https://app.example.com), or '*' alone",
);

/** Origins whose pages may read responses, or `*` alone. */
export const corsOrigins: Validator = (value) =>
  Array.isArray(value) && value.length > 1 && value.includes('*')
    ? "write '*' alone, because it includes the others"
    : listOf(origin, 0)(value);

/** Whether browsers write the origin so. Apps in a web view have schemes of their own, such as `capacitor://localhost`. */
function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  if (url.origin === 'null') return /^[a-z][a-z0-9+.-]*:\/\/[^\s/'"]+$/.test(value);
  return url.origin === value && isAcceptableAddress(url);
}
