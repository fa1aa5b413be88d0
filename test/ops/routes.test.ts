import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expressibleTable } from '../../infra/settings/expressible-table.ts';
import { DESCRIPTION_KEY, lossesText } from '../../lambda/configuration/authorizer-description.ts';
import type { Route } from '../../lambda/policy/route.ts';
import type { DescribedTable } from '../../ops/routes/routes-report.ts';
import { main } from '../../ops/routes.ts';
import {
  describedAuthorizer,
  describedTable,
  finished,
  type OperatorAtWork,
  operatorAtWork,
  wordsOf,
} from '../support/operator/operator-at-work.ts';
import { route } from '../support/routes/compiled-policy.ts';
import { NOW, trustedIssuer } from '../support/tokens/sample-issuer.ts';

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork();
});
afterAll(() => operator.leave());

const run = (commandLine: string, localFolder = operator.folder) =>
  finished(wordsOf(commandLine), main, { localFolder, now: () => NOW, readStandardInput: async () => '' });

/** Runs the command next to an `npm start` whose authorizer has this description. */
async function runWith(table: DescribedTable, commandLine: string) {
  const folder = await mkdtemp(join(tmpdir(), 'routes-'));
  const authorizer = { ...describedAuthorizer([trustedIssuer()]), losses: undefined, ...table };
  const place = { api: 'http://127.0.0.1:9/v1', dynamodb: 'http://127.0.0.1:9', table: 'none', region: 'eu-west-1' };
  await writeFile(
    join(folder, `running-${process.pid}.json`),
    JSON.stringify({ pid: process.pid, ...place, authorizer }),
  );
  try {
    return await run(commandLine, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('npm run routes shows who may call what', async () => {
  const { exitCode, out } = await run('');
  expect(exitCode).toBe(0);
  expect(out).toBe(`METHOD  PATH                  orders:read  orders:write  refunds:read  (no scope)
GET     /whoami               yes          yes           yes           yes
GET     /orders               yes          -             -             -
POST    /orders               -            yes           -             -
GET     /orders/{id}          yes          -             -             -
GET     /orders/{id}/refunds  -            -             yes           -

No token loses a request of a route that it may call.
`);
});

const onStage = (path: string) => `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/${path}`;

it('npm run routes -- --scope shows the exact policy, with the Deny that stops leaks', async () => {
  const { out } = await run('--scope orders:read');
  expect(out).toMatch(/^A token with orders:read may call 3 of 5 routes:/);
  const { Statement } = JSON.parse(out.slice(out.indexOf('{\n')));
  expect(Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 'execute-api:Invoke',
      Resource: ['GET/whoami', 'GET/orders', 'GET/orders/?*'].map(onStage),
      Condition: { DateLessThan: { 'aws:CurrentTime': 'END-OF-TOKEN' } },
    },
    {
      Effect: 'Deny',
      Action: 'execute-api:Invoke',
      Resource: ['GET/orders/?*/refunds', '*//*', '*/?*/'].map(onStage),
    },
  ]);
});

it('npm run routes -- --json prints a document', async () => {
  const { routes, scopes } = JSON.parse((await run("--scope 'refunds:read orders:write' --json")).out);
  expect({ routes, scopes }).toEqual({
    scopes: ['refunds:read', 'orders:write'],
    routes: [
      { method: 'GET', path: '/whoami' },
      { method: 'POST', path: '/orders' },
      { method: 'GET', path: '/orders/{id}/refunds' },
    ],
  });
});

describe('npm run routes reads a template', () => {
  it('and shows what would be deployed, without a deployment', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'routes-'));
    const template = join(folder, 'Api.template.json');
    const description = JSON.stringify(describedAuthorizer([trustedIssuer()]));
    const Resources = { Function: { Metadata: { [DESCRIPTION_KEY]: description } } };
    await writeFile(template, JSON.stringify({ Resources }));
    const fromTemplate = await run(template, '/nowhere');
    const withScope = await run(`${template} --scope orders:read`, '/nowhere');
    await rm(folder, { recursive: true });
    expect(fromTemplate).toEqual(await run(''));
    expect(withScope).toEqual(await run('--scope orders:read'));
  });

  it('that cannot be read: one sentence', async () => {
    expect(await run('nowhere.template.json')).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/^nowhere\.template\.json cannot be read as JSON \(ENOENT\)[^\n]*\n$/),
    });
  });

  it.each(['x.json --synth', 'x.json --local', 'x.json --stack Api', '--synth --local'])(
    'and nothing else at once: %s',
    async (words) => {
      expect(await run(words)).toMatchObject({
        exitCode: 2,
        err: expect.stringMatching(/^Give one of them: a template/),
      });
    },
  );
});

it.each([
  ['--scopes x', /Did you mean --scope/],
  ['-s x', /^Unknown option '-s': see routes --help\.$/m],
  ['--stack Api --region eu-west-1 --region us-east-1', /give --region once/],
])('npm run routes rejects a wrong command line: %s', async (commandLine, sentence) => {
  expect(await run(commandLine)).toMatchObject({ exitCode: 2, err: expect.stringMatching(sentence) });
});

describe('requests that a token loses although its scopes grant the route', () => {
  const pdf = 'GET /t/{tenant}/billing/{invoice}/pdf';
  const routes: readonly Route[] = [
    route('GET /users/{id}', 'u'),
    route('GET /users/{id}/roles', 'admin'),
    route('GET /users/{id}/photos/{photo}', 'u'),
    route('GET /t/{tenant}', 'a', 't'),
    route(pdf, 'a', 'pdf'),
    route('GET /t/{tenant}/billing/{invoice}', 'b'),
  ];
  const table = describedTable(routes, [pdf]);

  it('are listed below the table, each with its kind, the scopes of such a token, and the denied route', async () => {
    const { out } = await runWith(table, '');
    expect(out).toBe(`METHOD  PATH                               a     admin  b    pdf  t    u       (no scope)
GET     /users/{id}                        -     -      -    -    -    yes     -
GET     /users/{id}/roles                  -     yes    -    -    -    -       -
GET     /users/{id}/photos/{photo}         -     -      -    -    -    partly  -
GET     /t/{tenant}                        yes   -      -    -    yes  -       -
GET     /t/{tenant}/billing/{invoice}/pdf  lost  -      -    yes  -    -       -
GET     /t/{tenant}/billing/{invoice}      -     -      yes  -    -    -       -

These requests get 403 although the token may call the route:
  ${pdf} (whole), with a, or with pdf t, without a scope of GET /t/{tenant}/billing/{invoice}
  GET /users/{id}/photos/{photo} when photo is "roles" (literal), with u, without a scope of GET /users/{id}/roles
`);
  });

  it('are listed with --scope for one set of scopes, each with its reason', async () => {
    const { out } = await runWith(table, "--scope 'u t pdf'");
    expect(out).toContain(`A token with u t pdf may call 4 of 6 routes:
  GET /users/{id}
  GET /users/{id}/photos/{photo}
  GET /t/{tenant}
  ${pdf}

It gets 403 for these requests of them:
  ${pdf} (whole): its policy allows GET /t/{tenant} and must deny GET /t/{tenant}/billing/{invoice}
  GET /users/{id}/photos/{photo} when photo is "roles" (literal): its policy allows GET /users/{id} and must deny GET /users/{id}/roles

{`);
  });

  it.each([
    ['a token that holds the denied routes too', 'u admin t pdf b'],
    ['a token without the route whose Allow leaks', 'pdf b admin'],
    ['a token with no scope', ''],
  ])('are none for %s', async (_, scopes) => {
    expect((await runWith(table, `--scope '${scopes}'`)).out).toContain('\n\nIt loses no request of them.\n\n{');
  });

  it('are in the document of --json, for the table', async () => {
    const { losses, lossesLeftOut } = JSON.parse((await runWith(table, '--json')).out);
    expect(losses).toEqual([
      {
        kind: 'whole',
        route: pdf,
        requests: [pdf],
        inWords: [pdf],
        denied: 'GET /t/{tenant}/billing/{invoice}',
        because: ['GET /t/{tenant}'],
        scopes: [['a'], ['pdf', 't']],
      },
      {
        kind: 'literal',
        route: 'GET /users/{id}/photos/{photo}',
        requests: ['GET /users/{id}/photos/roles'],
        inWords: ['GET /users/{id}/photos/{photo} when photo is "roles"'],
        denied: 'GET /users/{id}/roles',
        because: ['GET /users/{id}'],
        scopes: [['u']],
      },
    ]);
    expect(lossesLeftOut).toBe(0);
  });

  it('are in the document of --json, for one set of scopes', async () => {
    const { losses, lossesLeftOut } = JSON.parse((await runWith(table, '--scope u --json')).out);
    expect(losses).toEqual([
      {
        kind: 'literal',
        route: 'GET /users/{id}/photos/{photo}',
        requests: ['GET /users/{id}/photos/roles'],
        inWords: ['GET /users/{id}/photos/{photo} when photo is "roles"'],
        denied: 'GET /users/{id}/roles',
        because: ['GET /users/{id}'],
      },
    ]);
    expect(lossesLeftOut).toBe(0);
  });

  it('are unknown if an earlier version deployed the stack', async () => {
    const older = { routes: table.routes };
    const sentence =
      'Which requests tokens lose is not known: an earlier version made this deployment. Deploy it again to see them.';
    expect((await runWith(older, '')).out).toContain(`\n\n${sentence}\n`);
    expect((await runWith(older, '--scope u')).out).toContain(`\n\n${sentence}\n\n{`);
    for (const commandLine of ['--json', '--scope u --json']) {
      expect(JSON.parse((await runWith(older, commandLine)).out)).toMatchObject({ losses: null, lossesLeftOut: null });
    }
  });

  it('are none if decisions are cached per route, since no policy is for the whole token', async () => {
    const { routes: compiled, losses } = expressibleTable(routes, { cachePer: 'route' }, 'rest');
    const perRoute = { routes: compiled, losses, cachePer: 'route' as const };
    expect((await runWith(perRoute, '')).out).toContain('\n\nNo token loses a request of a route that it may call.\n');
    const { out } = await runWith(perRoute, "--scope 'u t pdf'");
    expect(out).toMatch(
      /\n\nIt loses no request of them\.\n\nEach of these routes has a policy of its own, because cachePer is 'route'\.\n$/,
    );
    expect(JSON.parse((await runWith(perRoute, '--scope u --json')).out)).toMatchObject({ losses: [], policy: null });
  });

  it('include those with a method in their path if the policy is shortened', async () => {
    const items = Array.from({ length: 160 }, (_, i) => route(`GET /some-resource-${i}/{id}/items`, i % 2 ? 'u' : 't'));
    const { routes: compiled, losses } = expressibleTable(items, { cachePer: 'token' }, 'rest');
    const { out } = await runWith({ routes: compiled, losses }, '--scope u');
    expect(out).toContain(
      '\nIts policy is long, so its patterns name no stage: requests with a path segment GET, and more after it, get 403.\n',
    );
    expect(out).toContain('"arn:aws:execute-api:*:*:*/GET/some-resource-1/?*/items"');
    const { methodsLostInPaths } = JSON.parse((await runWith({ routes: compiled, losses }, '--scope u --json')).out);
    expect(methodsLostInPaths).toEqual(['GET']);
  });

  it('are counted if the template cannot hold them all', async () => {
    // Random words, which do not compress.
    const words = Array.from({ length: 20_000 }, (_, index) => Math.sin(index).toString(36).slice(3));
    const many = words.map((word) => {
      return {
        kind: 'literal' as const,
        route: 2,
        requests: [`GET /users/{id}/photos/${word}`],
        denied: 1,
        because: [0],
      };
    });
    const full = { routes: table.routes, losses: lossesText(many) };
    const { lossesLeftOut, losses } = JSON.parse((await runWith(full, '--json')).out);
    expect(lossesLeftOut + losses.length).toBe(20_000);
    expect(lossesLeftOut).toBeGreaterThan(100);
    expect(losses.length).toBeGreaterThan(1_000);
    expect(full.losses.length).toBeLessThanOrEqual(50_000);
    const more = `\n  … and ${lossesLeftOut?.toLocaleString('en')} more losses of the table: its deployment has no room to list them.\n`;
    expect((await runWith(full, '')).out).toContain(more);
    expect((await runWith(full, '--scope u')).out).toContain(more);
  });
});

describe('a deployment with HTTP APIs', () => {
  const routes: readonly Route[] = [
    route('GET /users/{id}', 'u'),
    route('GET /users/{id}/roles', 'admin'),
    route('GET /users/{id}/photos/{photo}', 'u'),
  ];
  const rest = describedTable(routes);
  /** Policies that lose nothing, as where the APIs' route selection needs no Deny. */
  const http = { httpRoutes: rest.routes.map((each) => ({ ...each, leaksInto: [] })), httpLosses: lossesText([]) };
  const loss = 'GET /users/{id}/photos/{photo} when photo is "roles"';

  it('only, or with REST APIs that select alike, has one table', async () => {
    const of = async (description: DescribedTable) => (await runWith(description, '')).out;
    expect(await of({ ...rest, apis: ['http'] })).toBe(await of(rest));
    expect(await of({ ...rest, apis: ['rest', 'http'] })).toBe(`REST APIs and HTTP APIs:\n\n${await of(rest)}`);
    const { apis, http: none } = JSON.parse((await runWith({ ...rest, apis: ['rest', 'http'] }, '--json')).out);
    expect({ apis, none }).toEqual({ apis: ['rest', 'http'], none: undefined });
  });

  it('and REST APIs that select otherwise shows both tables, each with its losses', async () => {
    const { out } = await runWith({ ...rest, ...http, apis: ['rest', 'http'] }, '');
    expect(out).toBe(`REST APIs:

METHOD  PATH                        admin  u       (no scope)
GET     /users/{id}                 -      yes     -
GET     /users/{id}/roles           yes    -       -
GET     /users/{id}/photos/{photo}  -      partly  -

These requests get 403 although the token may call the route:
  ${loss} (literal), with u, without a scope of GET /users/{id}/roles

HTTP APIs:

METHOD  PATH                        admin  u    (no scope)
GET     /users/{id}                 -      yes  -
GET     /users/{id}/roles           yes    -    -
GET     /users/{id}/photos/{photo}  -      yes  -

No token loses a request of a route that it may call.
`);
  });

  it('and REST APIs whose tables differ only in their policies shows one table, and two policies', async () => {
    const table = [route('GET /whoami'), route('GET /files/{proxy+}', 'f')];
    const { routes: httpRoutes, losses: httpLosses } = expressibleTable(table, { cachePer: 'token' }, 'http');
    const both = { ...describedTable(table), httpRoutes, httpLosses, apis: ['rest', 'http'] } as const;
    expect((await runWith(both, '')).out).toBe(
      `REST APIs and HTTP APIs:\n\n${(await runWith({ ...describedTable(table) }, '')).out}`,
    );
    const { policy, http: ofHttp } = JSON.parse((await runWith(both, '--scope f --json')).out);
    expect(policy.Statement[0].Resource).not.toContain(onStage('GET/files/'));
    expect(ofHttp.policy.Statement[0].Resource).toContain(onStage('GET/files/'));
  });

  it('and REST APIs that select alike has two policies where that for HTTP APIs denies encoded paths', async () => {
    const table = [route('GET /items/{id}', 'u'), route('GET /items/{id}/notes', 'n')];
    const shared = { ...describedTable(table), apis: ['rest', 'http'] } as const;
    const { policy, http: ofHttp } = JSON.parse((await runWith(shared, '--scope u --json')).out);
    expect(JSON.stringify(policy)).not.toContain('%');
    expect(ofHttp.policy.Statement[1].Resource).toContain(onStage('*/*%*'));
    const { out } = await runWith(shared, '--scope u');
    expect(out).toMatch(/^REST APIs:\n\n.*\n\nHTTP APIs:\n\n.*%/s);
  });

  it('and REST APIs that select alike has one policy for a token that may call all routes', async () => {
    const shared = { ...describedTable([route('GET /items/{id}', 'u')]), apis: ['rest', 'http'] } as const;
    expect((await runWith(shared, '--scope u')).out).toMatch(/^REST APIs and HTTP APIs:\n\nA token with u/);
    expect(JSON.parse((await runWith(shared, '--scope u --json')).out)).not.toHaveProperty('http');
  });

  it('only names $default without a method', async () => {
    const table = [route('GET /whoami', 'a'), route('ANY $default', 'd')];
    const { routes: compiled, losses } = expressibleTable(table, { cachePer: 'token' }, 'http');
    const description: DescribedTable = { routes: compiled, losses, apis: ['http'] };
    expect((await runWith(description, '')).out).toMatch(/\nANY +\$default +/);
    expect((await runWith(description, '--scope d')).out).toMatch(
      /^A token with d may call 1 of 2 routes:\n {2}\$default\n/,
    );
  });

  it('and REST APIs has two policies for a set of scopes, and two sets of losses in the document', async () => {
    const both = { ...rest, ...http, apis: ['rest', 'http'] } as const;
    const { out } = await runWith(both, '--scope u');
    expect(out).toMatch(/^REST APIs:\n\nA token with u may call 2 of 3 routes:\n.*GET\/users\/\?\*\/roles/s);
    expect(out).toMatch(/\n\nHTTP APIs:\n\nA token with u may call 2 of 3 routes:\n.*It loses no request of them\./s);
    const document = JSON.parse((await runWith(both, '--scope u --json')).out);
    expect(document).toMatchObject({ losses: [{ kind: 'literal' }], http: { losses: [], lossesLeftOut: 0 } });
    expect(document.http.policy).not.toEqual(document.policy);
  });
});
