import type { Route } from '../../lambda/policy/route.ts';

/** Routes that the scopes of a good token grant, in a table of any size. */
const GRANTED: readonly Route[] = [
  { method: 'GET', path: '/orders', scopes: ['orders:read'] },
  { method: 'POST', path: '/orders', scopes: ['orders:write'] },
  { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
  { method: 'GET', path: '/orders/{id}/lines', scopes: ['orders:read'] },
  { method: 'PUT', path: '/orders/{id}/lines/{line}', scopes: ['orders:write'] },
];

/** The routes of one of many services, each with its own scopes. */
const SERVICE = [
  ['GET', '', 'read'],
  ['POST', '', 'write'],
  ['GET', '/{id}', 'read'],
  ['PUT', '/{id}', 'write'],
  ['GET', '/{id}/history', 'read'],
] as const;

/** A table of routes, five of which a good token is granted. @param count - a multiple of five */
export function exampleRoutes(count: number): readonly Route[] {
  const services = Array.from({ length: count / SERVICE.length - 1 }, (_, index) => `service-${index + 1}`);
  const others = services.flatMap((name) =>
    SERVICE.map(([method, below, verb]): Route => ({ method, path: `/${name}${below}`, scopes: [`${name}:${verb}`] })),
  );
  return [...GRANTED, ...others];
}
