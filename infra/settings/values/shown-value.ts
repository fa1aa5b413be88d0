import { Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** A value as messages show it: on one line, at most 80 characters. */
export function shown(value: unknown): string {
  if (Token.isUnresolved(value) && typeof value !== 'string') return 'a value that only the deployment knows';
  const text = value instanceof Duration ? value.toHumanString() : textOf(value);
  const line = withTokensAs('<known at deployment>', text);
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

const TOKEN = /[$#]\{Token\[[^\]]*\]\}/g;

/** A text with `replacement` for each value that only the deployment knows. */
export function withTokensAs(replacement: string, text: string): string {
  return text.replace(TOKEN, replacement);
}

/** The texts by which CDK writes the values in a text that only the deployment knows. */
export function tokensIn(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

function textOf(value: unknown): string {
  return Construct.isConstruct(value) ? value.node.path : (JSON.stringify(value, readable) ?? 'missing');
}

/** A construct refers to itself, which JSON cannot express. CDK's placeholder for a number is a number that nobody would write. */
function readable(_name: string, value: unknown): unknown {
  if (Construct.isConstruct(value)) return value.node.path;
  return typeof value === 'number' && Token.isUnresolved(value) ? '<known at deployment>' : value;
}
