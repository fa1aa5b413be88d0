import type { PolicyDocument } from 'aws-lambda';

/**
 * Whether IAM allows one request, written a second time for tests. A Deny beats an Allow, and `*` and `?` match any
 * characters. It throws for a policy variable in a resource, since IAM would substitute it.
 */
export function allows(policy: PolicyDocument, resource: string, now = 0): boolean {
  const effects = policy.Statement.filter((statement) => appliesTo(statement, resource, now)).map((s) => s.Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

function appliesTo(statement: PolicyDocument['Statement'][number], resource: string, now: number): boolean {
  if (!('Resource' in statement) || !('Action' in statement))
    throw new Error('A statement without Resource or Action.');
  if (statement.Action !== 'execute-api:Invoke') throw new Error(`Unexpected action ${statement.Action}.`);
  const patterns = ([] as string[]).concat(statement.Resource ?? []);
  if (patterns.some((pattern) => pattern.includes('${'))) throw new Error('A policy variable in a resource.');
  return patterns.some((pattern) => globMatches(pattern, resource)) && holds(statement.Condition, now);
}

function holds(condition: unknown, now: number): boolean {
  if (condition === undefined) return true;
  const { DateLessThan, ...others } = condition as { DateLessThan: Record<string, string> };
  const { 'aws:CurrentTime': end, ...keys } = DateLessThan;
  if (end === undefined || Object.keys({ ...others, ...keys }).length > 0) throw new Error('An unknown condition.');
  return now < Date.parse(end) / 1000;
}

/** Backtracks to the last star only, so that long texts cost no more than short ones. */
export function globMatches(pattern: string, text: string): boolean {
  let [p, t, star, resume] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
