import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { Grants } from '../../../lambda/policy/grants.ts';
import type { TokenGrant } from '../../../lambda/policy/listed-grant.ts';
import { policyDocument } from '../../../lambda/policy/policy-document.ts';
import type { ApiKind, Route } from '../../../lambda/policy/route.ts';
import { allows } from './iam-evaluation.ts';

export const STAGE_ARN = 'arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/prod';

/** A rule in short: `route('GET /orders', 'orders:read')`. */
export function route(name: string, ...scopes: string[]): Route {
  const [method = '', path = ''] = name.split(' ');
  return { method: method as Route['method'], path, scopes };
}

export function grantFor(routes: readonly Route[], scopes: string, api: ApiKind = 'rest'): TokenGrant {
  return new Grants(compileRoutes(routes, api), api).routesGrantedBy(new Set(scopes.split(' ')));
}

/** Whether IAM lets a token with these scopes send a request such as `GET /orders/1`. */
export function isAllowed(routes: readonly Route[], scopes: string, request: string, api: ApiKind = 'rest'): boolean {
  const policy = policyDocument(grantFor(routes, scopes, api), STAGE_ARN, 1);
  return allows(policy, `${STAGE_ARN}/${request.replace(' ', '')}`);
}
