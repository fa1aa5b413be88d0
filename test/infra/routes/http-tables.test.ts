import { describe, expect, test } from 'vitest';
import { RouteTableError } from '../../../infra/errors.ts';
import { compileRoutes, compileRouteTable } from '../../../infra/routes/route-compiler.ts';
import { checkLosses } from '../../../infra/settings/loss-messages.ts';
import type { Route } from '../../../lambda/policy/route.ts';
import { grantFor, isAllowed, route } from '../../support/routes/compiled-policy.ts';

const isAllowedByHttp = (routes: readonly Route[], scopes: string, request: string) =>
  isAllowed(routes, scopes, request, 'http');

const lossText = (routes: readonly Route[]) => checkLosses(compileRouteTable(routes, 'http').losses, routes, {});

// Found by 500,000 random cases: `*/a/?*/` also matched `GET/b/a/special/`.
test('a {proxy+} for any method opens no longer path that ends like it, with a slash at the end', () => {
  const routes = [route('GET /{p0}/a/special', 'admin'), route('ANY /a/{proxy+}')];
  expect(isAllowedByHttp(routes, 'other', 'GET /b/a/special/')).toBe(false);
  expect(isAllowedByHttp(routes, 'other', 'PUT /a/b/')).toBe(true);
  expect(isAllowedByHttp(routes, 'admin', 'GET /b/a/special')).toBe(true);
});

describe('the route $default of an HTTP API', () => {
  const routes = [route('GET /a', 'a'), route('POST /a/{id}', 'post'), route('ANY $default', 'rest')];

  test('takes what no other route does: any method and path', () => {
    const allowed = ['GET /', 'PUT /a', 'GET /a/7', 'GET /x/y', 'GET /x/', 'POST /b/7', 'GET //x'];
    expect(allowed.filter((request) => !isAllowedByHttp(routes, 'rest', request))).toEqual([]);
    expect(grantFor(routes, 'rest a post', 'http')).toMatchObject({ allow: ['*'], deny: [] });
  });

  test('does not open what another route takes, nor a spelling of it', () => {
    const denied = ['GET /a', 'GET /a/', 'GET //a', 'POST /a/7', 'POST /a/7/'];
    expect(denied.filter((request) => isAllowedByHttp(routes, 'rest', request))).toEqual([]);
  });

  test('loses what a Deny for a route above it reaches, which a warning says', () => {
    expect(isAllowedByHttp(routes, 'rest', 'POST /a/7/b')).toBe(false);
    expect(lossText(routes)).toContain(
      'POST /a/…/{path+}, without a scope of POST /a/{id}: its policy allows $default',
    );
  });

  test('is not opened by a route above it', () => {
    expect(isAllowedByHttp(routes, 'post', 'POST /a/7')).toBe(true);
    expect(isAllowedByHttp(routes, 'post', 'POST /a/7/b')).toBe(false);
    expect(isAllowedByHttp(routes, 'a', 'GET /a')).toBe(true);
  });

  test('is not opened by other methods of many paths of which several methods are granted', () => {
    const paths = Array.from({ length: 30 }, (_, index) => `/collection-with-a-long-name-${index}`);
    const many = paths.flatMap((path) =>
      ['GET', 'PUT', 'PATCH', 'POST', 'HEAD', 'OPTIONS'].map((method) => route(`${method} ${path}`, 'many')),
    );
    expect(grantFor(many, 'many', 'http').allow).toEqual(['*']);
    const table = [...many, route('ANY $default', 'rest')];
    expect(isAllowedByHttp(table, 'many', 'PATCH /collection-with-a-long-name-7')).toBe(true);
    for (const method of ['DELETE', 'TRACE']) {
      expect(isAllowedByHttp(table, 'many', `${method} /collection-with-a-long-name-7`)).toBe(false);
    }
  });

  test('does not open a route for any method by a method that no route can name', () => {
    const table = [route('ANY /admin/{proxy+}', 'admin'), route('ANY /', 'root'), route('ANY $default')];
    for (const method of ['TRACE', 'PROPFIND', 'CONNECT', 'get']) {
      expect(isAllowedByHttp(table, 'other', `${method} /admin/keys`)).toBe(false);
      expect(isAllowedByHttp(table, 'other', `${method} /`)).toBe(false);
      expect(isAllowedByHttp(table, 'admin root', `${method} /admin/keys`)).toBe(true);
    }
    const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'].map((method) => route(`${method} /a`));
    expect(isAllowedByHttp([...methods, route('ANY /a', 'a'), route('ANY $default')], 'other', 'TRACE /a')).toBe(false);
    const allowed = ['GET /x', 'GET /x/', 'PUT /x/admin/keys', 'OPTIONS /x/y/z', 'GET /admin'];
    expect(allowed.filter((request) => !isAllowedByHttp(table, 'other', request))).toEqual([]);
  });

  test('is one entry, named by its path alone', () => {
    const { routes: compiled } = compileRouteTable(routes, 'http');
    expect(compiled[2]).toMatchObject({ method: 'ANY', path: '$default', allow: ['*'], deny: ['*'] });
    expect(lossText([route('GET /a/{id}', 'a'), route('ANY $default', 'rest')])).toContain(
      'without a scope of GET /a/{id}',
    );
  });
});

describe('the empty rest of a proxy', () => {
  const files = [route('GET /files/{proxy+}', 'files')];

  test('is granted with it', () => {
    expect(isAllowedByHttp(files, 'files', 'GET /files/')).toBe(true);
    expect(isAllowedByHttp([route('ANY /{proxy+}', 'all')], 'all', 'GET /')).toBe(true);
    expect(isAllowedByHttp(files, 'files', 'GET /files')).toBe(false);
  });

  test('is not granted without it, where another proxy or $default is', () => {
    for (const other of ['GET /{proxy+}', 'ANY /{x}/{proxy+}', 'ANY $default']) {
      const routes = [...files, route(other, 'other')];
      expect(isAllowedByHttp(routes, 'other', 'GET /files/')).toBe(false);
      expect(isAllowedByHttp(routes, 'other', 'GET /other/')).toBe(true);
      expect(isAllowedByHttp(routes, 'files other', 'GET /files/')).toBe(true);
    }
  });

  test('needs both routes where API Gateway may ignore the slash', () => {
    const routes = [...files, route('GET /files', 'list')];
    expect(isAllowedByHttp(routes, 'files', 'GET /files/')).toBe(false);
    expect(isAllowedByHttp(routes, 'files', 'GET /files/x')).toBe(true);
    expect(isAllowedByHttp(routes, 'list', 'GET /files/')).toBe(false);
    expect(isAllowedByHttp(routes, 'files list', 'GET /files/')).toBe(true);
    expect(lossText(routes)).toContain(
      'GET /files/{proxy+} when proxy is empty, without a scope of GET /files: API Gateway may ignore',
    );
  });

  test('of a proxy below a parameter does not reach a deeper route with a slash at its end', () => {
    const routes = [route('GET /{x}/{proxy+}', 'rest'), route('GET /a/b', 'b'), route('GET /a/b/{proxy+}', 'deep')];
    expect(isAllowedByHttp(routes, 'rest', 'GET /a/b/')).toBe(false);
    expect(isAllowedByHttp(routes, 'rest', 'GET /x/')).toBe(true);
  });

  test('is no part of a REST API’s proxy', () => {
    expect(isAllowed(files, 'files', 'GET /files/')).toBe(false);
  });
});

describe('a request of which AWS does not say which route of an HTTP API takes it', () => {
  test('needs both scopes where an ANY and a named method match in full', () => {
    const routes = [route('ANY /pets/dog', 'dog'), route('GET /pets/{id}', 'pets')];
    const allowedWith = (request: string) =>
      ['dog', 'pets', 'dog pets'].map((scopes) => isAllowedByHttp(routes, scopes, request));
    expect(allowedWith('GET /pets/dog')).toEqual([false, false, true]);
    expect(allowedWith('PUT /pets/dog')).toEqual([true, false, true]);
    expect(allowedWith('GET /pets/cat')).toEqual([false, true, true]);
    expect(lossText(routes)).toContain(
      'GET /pets/dog, without a scope of GET /pets/{id}: API Gateway may hand them to GET /pets/{id}',
    );
  });

  test('is named once as a loss, although another route leaks into it too', () => {
    const routes = [route('ANY /pets/dog', 'dog'), route('GET /pets/{id}', 'pets'), route('GET /{kind}/{id}', 'dog')];
    const { losses } = compileRouteTable(routes, 'http');
    expect(losses.filter(({ route: name }) => name === 'ANY /pets/dog')).toEqual([
      {
        kind: 'readings',
        route: 'ANY /pets/dog',
        requests: ['GET /pets/dog'],
        denied: 'GET /pets/{id}',
        because: ['ANY /pets/dog'],
      },
    ]);
  });

  test('needs both scopes where the first literal and the most literals speak for different routes', () => {
    const routes = [route('GET /a/{x}/{y}', 'left'), route('GET /{x}/b/c', 'more')];
    const allowedWith = (request: string) =>
      ['left', 'more', 'left more'].map((scopes) => isAllowedByHttp(routes, scopes, request));
    expect(allowedWith('GET /a/b/c')).toEqual([false, false, true]);
    expect(allowedWith('GET /a/b/d')).toEqual([true, false, true]);
    expect(allowedWith('GET /x/b/c')).toEqual([false, true, true]);
  });

  test('goes to a full match before a proxy, as AWS documents', () => {
    const routes = [route('GET /foo/{proxy+}', 'a'), route('GET /{x}/bar', 'b')];
    expect(['a', 'b'].map((scopes) => isAllowedByHttp(routes, scopes, 'GET /foo/bar'))).toEqual([false, true]);
    expect(lossText(routes)).not.toContain('GET /foo/bar');
  });

  test('needs both scopes at the root, where a proxy may take no empty rest', () => {
    const routes = [route('ANY /{proxy+}', 'all'), route('ANY $default', 'rest')];
    expect(['all', 'rest', 'all rest'].map((scopes) => isAllowedByHttp(routes, scopes, 'GET /'))).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('a table for an HTTP API', () => {
  test.each<[string, readonly Route[], RegExp]>([
    ['$default twice', [route('ANY $default', 'a'), route('ANY $default', 'b')], /\$default is in the table twice/],
    ['$default with a method', [route('GET $default', 'a')], /\$default has the method GET, and it takes every method/],
    [
      'two paths that differ in names of parameters',
      [route('GET /a/{x}', 'a'), route('ANY /a/{y}', 'a')],
      /\/a\/{x} and \/a\/{y} differ only in the names of parameters.*: use one name/,
    ],
    ['a slash at the end', [route('GET /a/', 'a')], /must not end with "\/"/],
  ])('with %s is rejected', (_, routes, words) => {
    expect(() => compileRoutes(routes, 'http')).toThrow(words);
    expect(() => compileRoutes(routes, 'http')).toThrow(RouteTableError);
  });

  test('may call one place by two names in different paths, and have a parameter next to a proxy', () => {
    const routes = [route('GET /a/{x}', 'a'), route('GET /a/{y}/b', 'a'), route('GET /a/{proxy+}', 'a')];
    expect(() => compileRoutes(routes, 'http')).not.toThrow();
  });

  test('with / and $default is taken, because these are two paths', () => {
    expect(() => compileRoutes([route('GET /', 'a'), route('ANY $default', 'a')], 'http')).not.toThrow();
  });

  test('with $default is rejected for a REST API', () => {
    expect(() => compileRoutes([route('ANY $default', 'a')], 'rest')).toThrow(
      'The table has the route $default, and only HTTP APIs have it: write ANY / and ANY /{proxy+} for a REST API.',
    );
  });
});

describe('a path with dot segments', () => {
  const routes = [route('GET /public/{proxy+}'), route('GET /admin/keys', 'admin'), route('GET /public/x', 'x')];

  test.each([
    ...['/public/../admin/keys', '/public/a/../../admin/keys', '/public/..;/admin/keys', '/public/./x', '/public/x/.'],
    ...['/public/..', '/public/a/../x'],
  ])('is denied where resolving it could open another route: %s', (path) => {
    expect(isAllowedByHttp(routes, 'other', `GET ${path}`)).toBe(false);
    expect(isAllowedByHttp(routes, 'admin x', `GET ${path}`)).toBe(true);
  });

  test('is not one whose segments only begin or end with a dot, or hold some', () => {
    const allowed = [
      'GET /public/.well-known/y',
      'GET /public/a.b',
      'GET /public/a..',
      'GET /public/a./b',
      'GET /public/.x',
    ];
    expect(allowed.filter((request) => !isAllowedByHttp(routes, 'other', request))).toEqual([]);
  });
});
