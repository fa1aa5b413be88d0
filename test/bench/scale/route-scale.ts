import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { Grants } from '../../../lambda/policy/grants.ts';
import type { CompiledRoute } from '../../../lambda/policy/route.ts';
import { ourAuthorizer } from '../our-authorizer.ts';
import { copiesOf, type PaceSummary, paceOf, paceSummary } from '../pace.ts';
import type { Progress } from '../progress.ts';
import { exampleRoutes } from '../route-samples.ts';
import { interleave } from '../samples.ts';
import type { Surroundings } from '../surroundings.ts';
import { eventFor, goodToken, signingKeys } from '../tokens.ts';

/** The cost of a larger route table, where the token is granted the same five routes. */
export interface RouteScale {
  readonly routes: number;
  /** Milliseconds at synth. */
  readonly compile: number;
  /** Bytes of the route file next to the bundle. */
  readonly fileBytes: number;
  /** Milliseconds at a cold start to parse and index the file. */
  readonly load: number;
  /** Bytes of the policy as JSON. */
  readonly policyBytes: number;
  readonly decision: PaceSummary;
}

const BATCH = 500;

export async function measureRouteScale(
  { keySetServer }: Surroundings,
  { rounds, progress }: { readonly rounds: number; readonly progress: Progress },
): Promise<readonly RouteScale[]> {
  const tables = new Map(['10', '100', '500'].map((count) => [count, compiled(Number(count), progress)]));
  const jwksUri = `${keySetServer.address}/jwks`;
  const token = goodToken(signingKeys.RS256, 'routes');
  const authorizers = new Map([...tables].map(([count, { routes }]) => [count, ourAuthorizer({ jwksUri, routes })]));
  const decide = (count: string) => (copy: string) =>
    authorizers.get(count)?.(eventFor(copy)) ?? Promise.reject(new Error(`No table of ${count} routes.`));
  const measure = (count: string, round: number) => {
    progress(`scale: ${[...tables.keys()].join(', ')} routes, round ${round + 1}`);
    return paceOf(copiesOf(token, BATCH), decide(count));
  };
  await interleave([...tables.keys()], 5, measure);
  const paces = await interleave([...tables.keys()], rounds, measure);
  const policies = new Map<string, number>();
  for (const count of tables.keys()) {
    const { policyDocument } = (await decide(count)(token)) as { readonly policyDocument: unknown };
    policies.set(count, Buffer.byteLength(JSON.stringify(policyDocument)));
  }
  return [...tables].map(([count, { routes, ...table }]) => ({
    routes: routes.length,
    ...table,
    policyBytes: policies.get(count) ?? Number.NaN,
    decision: paceSummary(paces.get(count) ?? []),
  }));
}

function compiled(count: number, progress: Progress) {
  progress(`scale: compiling ${count} routes`);
  const start = performance.now();
  const routes = compileRoutes(exampleRoutes(count), 'rest');
  const compile = performance.now() - start;
  const file = JSON.stringify(routes);
  const loading = performance.now();
  new Grants(JSON.parse(file) as readonly CompiledRoute[], 'rest');
  return { routes, compile, fileBytes: Buffer.byteLength(file), load: performance.now() - loading };
}
