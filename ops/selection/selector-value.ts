import { isIdentifier } from '../../lambda/token/identifier.ts';
import { holdsToken } from '../cli/token-argument.ts';

/**
 * What keeps a value from naming a token, session, subject, client or key; undefined: nothing. The sentence never
 * repeats the value, since it may be a pasted token.
 */
export function problemWithValue(value: string): string | undefined {
  if (value === '') return 'the value is empty: give the id exactly as the token carries it';
  if (holdsToken(value)) {
    return 'the value looks like a token, which must not be stored: use `revoke token -` and paste it into standard input';
  }
  if (value !== value.trim()) return 'the value begins or ends with a space, and no token would match it';
  if (!isIdentifier(value))
    return 'the value is longer than 255 characters or holds a control character, as no id does';
  return undefined;
}
