import { describe, expect, test } from 'vitest';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { Grants } from '../../../lambda/policy/grants.ts';
import { policyDocument } from '../../../lambda/policy/policy-document.ts';
import { route, STAGE_ARN } from '../../support/routes/compiled-policy.ts';
import { allows } from '../../support/routes/iam-evaluation.ts';
import type { ApiRequest } from '../api/api-call.ts';
import { plainSelection } from '../api/route-evidence.ts';
import { findingOf } from '../finding.ts';
import { pathFacts } from './path-facts.ts';

const routes = compileRoutes([route('GET /orders/{id}', 'read'), route('GET /orders/{id}/refunds', 'refunds')], 'http');
const grant = new Grants(routes, 'http').routesGrantedBy(new Set(['read']));
const policy = policyDocument(grant, STAGE_ARN, 4_000_000_000);
const sent = (path: string) => path;

/** An HTTP API that selects a route by one form of the path, and evaluates the policy for another. */
async function promisesOf(selectBy: (path: string) => string, arnHas: (path: string) => string) {
  const select = plainSelection('http', routes);
  const statusOf = ({ path }: ApiRequest) => {
    if (select({ method: 'GET', path: selectBy(path) }) === undefined) return 404;
    return allows(policy, `${STAGE_ARN}/GET${arnHas(path)}`) ? 200 : 403;
  };
  const facts = pathFacts({
    ...{ kind: 'http', routes, hasExampleBackend: true },
    call: async (request) => ({ status: statusOf(request), headers: {}, body: '' }),
    tokens: { narrow: async () => ({ authorization: 'Bearer x', grant }) },
  });
  const promises = facts.filter(({ kind }) => kind === 'promise');
  const findings = await Promise.all(promises.map((fact) => findingOf(fact, new AbortController().signal)));
  return findings.map(({ verdict }) => verdict);
}

describe('the promises about encoded paths are', () => {
  test.each([
    ['kept where nothing is decoded', sent, sent, 'ok'],
    ['kept where selection and routeArn have the path decoded', decodeURIComponent, decodeURIComponent, 'ok'],
    ['kept where only routeArn has it decoded', sent, decodeURIComponent, 'ok'],
    ['kept where only selection has it decoded', decodeURIComponent, sent, 'ok'],
  ] as const)('%s', async (_, selectBy, arnHas, verdict) => {
    expect(await promisesOf(selectBy, arnHas)).toEqual([verdict, verdict]);
  });
});
