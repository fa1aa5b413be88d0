import { withholdToken } from '../../ops/cli/terminal-text.ts';

const WITHHELD = '[a token, withheld]';

/** The form of a signed JWS, whatever its header begins with (RFC 7515 section 3.1). Bounded, because a text may be long. */
const COMPACT_JWS = /[\w-]{16}\.[\w-]{0,20000}\.[\w-]{32,2000}/g;

/** Withholds tokens, also those whose header begins with white space, which do not begin as others do. */
export function withoutTokens(text: string): string {
  return withholdToken(text).replace(COMPACT_JWS, WITHHELD);
}

/** The path of a request target, without its query. A segment that holds a token, however it is encoded, is withheld. */
export function loggedPath(target: string): string {
  const [path = ''] = target.split('?', 1);
  return path
    .split('/')
    .map((segment) => (holdsToken(decoded(segment)) ? WITHHELD : segment))
    .join('/');
}

function holdsToken(text: string): boolean {
  return withoutTokens(text) !== text;
}

/** Decodes ASCII as often as it is encoded. Other text stays. */
function decoded(text: string): string {
  const once = text.replace(/%([0-7][0-9a-f])/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return once === text ? text : decoded(once);
}
