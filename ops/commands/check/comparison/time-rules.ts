import { isNumericDate } from '../../../../lambda/token/numeric-date.ts';
import { formatFromNow } from '../../../cli/instant.ts';
import type { ComparedToken, Rule } from './compared-token.ts';
import { foundText, instantText } from './found-text.ts';

const SECONDS = 'a number of seconds since 1970';

/** The rules for `iat`, `exp` and `nbf`, against the clock and `maxTokenAge`. */
export function timeRules(token: ComparedToken): readonly Rule[] {
  return [issuedAtRule(token), expiryRule(token), ...(token.payload.nbf === undefined ? [] : [notBeforeRule(token)])];
}

interface Comparison extends Pick<Rule, 'holds' | 'expected' | 'change'> {
  readonly name: keyof typeof REASONS;
}

/** The rejections that are about each claim. */
const REASONS = { iat: ['too-old', 'issued-at'], exp: ['expired'], nbf: ['not-before'] } as const;

function timeRule({ payload, now }: ComparedToken, comparison: Comparison): Rule {
  const value = payload[comparison.name];
  if (isNumericDate(value))
    return { ...comparison, step: 'times', value, reasons: REASONS[comparison.name], found: foundInstant(value, now) };
  return {
    ...{ name: comparison.name, step: 'claims', value, found: foundText(value), holds: false },
    // jose compares numbers before the claims profile looks at their form.
    reasons: ['claim', ...REASONS[comparison.name]],
    expected: comparison.name === 'nbf' ? `${SECONDS}, or absent` : SECONDS,
    change: () => `have the provider write ${comparison.name} as a number, in seconds`,
  };
}

/** Not by `Number`, which throws for an object whose member `valueOf` is no function. */
function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function foundInstant(seconds: number, now: number): string {
  return seconds < 8e12 ? formatFromNow(seconds, now) : instantText(seconds);
}

function issuedAtRule(token: ComparedToken): Rule {
  const { payload, issuer, now } = token;
  const { maxTokenAge, clockTolerance, alias } = issuer;
  const iat = numberIn(payload.iat);
  const earliest = now - maxTokenAge;
  if (iat > now + clockTolerance) return timeRule(token, future('iat', token));
  return timeRule(token, {
    ...{ name: 'iat', holds: iat >= earliest - clockTolerance },
    expected: `no earlier than ${instantText(earliest)} (maxTokenAge)`,
    change: () => `get a new token, or raise \`maxTokenAge\` of issuers.${alias} (${maxTokenAge} s)`,
  });
}

function expiryRule(token: ComparedToken): Rule {
  const { payload, issuer, now } = token;
  return timeRule(token, {
    ...{ name: 'exp', holds: numberIn(payload.exp) > now - issuer.clockTolerance },
    expected: `later than now, ${instantText(now)}`,
    change: () => 'get a new token',
  });
}

function notBeforeRule(token: ComparedToken): Rule {
  const { holds, ...rule } = future('nbf', token);
  return timeRule(token, { ...rule, holds: numberIn(token.payload.nbf) <= token.now + token.issuer.clockTolerance });
}

function future(name: 'iat' | 'nbf', { issuer, now }: ComparedToken): Comparison {
  const { alias, clockTolerance } = issuer;
  return {
    ...{ name, holds: false },
    expected: `no later than now, ${instantText(now)}`,
    change: () =>
      `set the clock of the machine that issues tokens, or raise \`clockTolerance\` of issuers.${alias} (${clockTolerance} s)`,
  };
}
