import { Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** A value as messages show it: on one line, at most 80 characters. */
export function shown(value: unknown): string {
  if (Token.isUnresolved(value) && typeof value !== 'string') return 'a value that only the deployment knows';
  const text = value instanceof Duration ? value.toHumanString() : textOf(value);
  const readable = withTokensAs('<known at deployment>', text);
  return readable.length <= 80 ? readable : `${readable.slice(0, 79)}…`;
}

/** A text with `replacement` for each value that only the deployment knows. */
export function withTokensAs(replacement: string, text: string): string {
  return text.replace(/[$#]\{Token\[[^\]]*\]\}/g, replacement);
}

function textOf(value: unknown): string {
  // A construct refers to itself, which JSON cannot express.
  return Construct.isConstruct(value) ? value.node.path : (JSON.stringify(value, withoutNumberTokens) ?? 'missing');
}

/** CDK's placeholder for a number is a number that nobody would write. */
function withoutNumberTokens(_name: string, value: unknown): unknown {
  return typeof value === 'number' && Token.isUnresolved(value) ? '<known at deployment>' : value;
}
