import { createHash } from 'node:crypto';
import { HTTP_METHODS } from '../../../lambda/policy/route.ts';
import { isObject, type Json, type JsonObject } from '../../cloudformation/template.ts';
import { jsonOrUndefined } from '../../log/json-text.ts';
import type { Decision, PolicySummary } from '../../log/run-event.ts';

/** Why an authorizer did not answer with a policy. Empty: its function did not say. */
export type DecisionExplanation = Pick<Decision, 'reason' | 'revoked'>;

/** Reads the explanation from the lines that the authorizer's function wrote during the invocation. */
export function explanationIn(lines: readonly string[]): DecisionExplanation {
  const written = lines.map(jsonOrUndefined).filter(isObject);
  const last = (name: string) => written.findLast(({ event }) => event === name);
  const reason = nameIn(last('rejected')?.reason) ?? nameIn(last('failed')?.failureCause);
  const [level, issuer] = [nameIn(last('revoked')?.level), nameIn(last('revoked')?.issuer)];
  const revoked = level === undefined || issuer === undefined ? undefined : { level, issuer };
  return { ...(reason !== undefined && { reason }), ...(revoked && { revoked }) };
}

/** Reasons, levels and aliases are spelled like this. undefined: it is something else, and could be a piece of a token. */
function nameIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' && /^[a-z0-9-]{1,19}$/.test(value) ? value : undefined;
}

/** Tells authorization tokens apart: see `Decision.fingerprint`. */
export function fingerprintOf(authorizationToken: string): string {
  return createHash('sha256').update(authorizationToken).digest('hex').slice(0, 16);
}

/** What a policy allows and denies, for people. Its conditions are left out. */
export function policySummary({ Statement }: JsonObject): PolicySummary {
  const statements = listOf(Statement).filter(isObject);
  const resources = (effect: string) =>
    statements
      .filter(({ Effect }) => Effect === effect)
      .flatMap(({ Resource }) => listOf(Resource))
      .map((resource) => withoutArn(String(resource)));
  return { allows: resources('Allow'), denies: resources('Deny') };
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The prefix for one stage; or for any API and stage, where one star stands for both unless the pattern itself begins with a star. */
const PREFIX = new RegExp(
  String.raw`^arn:[^:]*:execute-api:[^:]*:[^:]*:(?:\*/(?=(?:${HTTP_METHODS.join('|')})/)|[^/]+/[^/]+/)`,
);

/** `GET /orders/?*`, of `arn:aws:execute-api:…/GET/orders/?*`. A resource of another kind stays as it is. */
function withoutArn(resource: string): string {
  const pattern = resource.replace(PREFIX, '');
  return pattern === resource ? resource : pattern.replace('/', ' /');
}
