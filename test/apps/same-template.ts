import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';

// Two templates of one app, by two releases of the CDK. An old release leaves out, without a word, what it does not know.
const [older, newer] = process.argv.slice(2).map((file) => comparable(JSON.parse(readFileSync(file, 'utf8'))));
deepStrictEqual(older, newer);

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

/**
 * Besides what the CDK says about itself: newer releases put a role's late statements into a policy of their own, and write out
 * `ReturnData: true` of a metric, which is CloudWatch's default. Statements are compared as a set for each role.
 */
function comparable({ Resources }: Template): object {
  const resources = Object.entries(Resources).filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata');
  const others = resources.filter(([, { Type }]) => Type !== 'AWS::IAM::Policy');
  const policies = resources.filter(([, { Type }]) => Type === 'AWS::IAM::Policy');
  return {
    others: Object.fromEntries(others.map(plain)),
    statements: statementsByRole(policies.map(([, policy]) => policy)),
  };
}

function plain([name, resource]: [string, object]): [string, unknown] {
  const text = JSON.stringify(resource, (key, value) => {
    if (key === 'Metadata' || (key === 'ReturnData' && value === true)) return undefined;
    if (key === 'Statement') return [...value].map((statement) => JSON.stringify(statement)).toSorted();
    if (key === 'DependsOn') return undefined;
    return value;
  });
  return [name, JSON.parse(text)];
}

function statementsByRole(policies: readonly object[]): Readonly<Record<string, readonly string[]>> {
  const statements = new Map<string, string[]>();
  for (const policy of policies) {
    const { Roles, PolicyDocument } = Reflect.get(policy, 'Properties');
    const role = JSON.stringify(Roles);
    const own = PolicyDocument.Statement.map((statement: object) => JSON.stringify(statement));
    statements.set(role, [...(statements.get(role) ?? []), ...own].toSorted());
  }
  return Object.fromEntries(statements);
}
