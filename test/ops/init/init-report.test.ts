import { expect, it } from 'vitest';
import { packageProgram } from '../../../ops/cli/caller.ts';
import type { FoundApi } from '../../../ops/init/found-apis.ts';
import { type InitResult, initReport, initSummary } from '../../../ops/init/init-report.ts';
import { examplePreset, presetFor } from '../../../ops/init/issuer-preset.ts';
import type { ProposedTable } from '../../../ops/init/proposed-routes.ts';

const resource = (path: string) => ({
  file: 'Orders.template.json',
  logicalId: 'Id',
  type: 'any',
  properties: {},
  metadata: { 'aws:cdk:path': path },
});

const API: FoundApi = {
  kind: 'rest',
  stack: 'Orders',
  resource: resource('Orders/Api'),
  isFromDocument: false,
  routes: [],
};
const ROUTE = {
  method: 'GET',
  path: '/orders',
  scopes: ['orders:read'],
  replaces: undefined,
  isGuessed: false,
} as const;
const TABLE: ProposedTable = { routes: [ROUTE], leftOut: [] };
const ISSUER = {
  call: presetFor('https://login.example.com/', ['a']),
  from: 'https://login.example.com/',
  pool: undefined,
};

/** A run that found one API, in an app that has our package, whose stack it could change with certainty. */
function result(changes: Partial<InitResult> = {}, table = TABLE): InitResult {
  const chosen = { stack: 'Orders', apis: [API], table } as const;
  return {
    app: { file: 'lib/auth.ts', language: 'TypeScript', modules: 'esm', install: undefined },
    findings: { chosen, issuer: undefined, outputs: [], hasAllOutputs: true },
    issuer: { ...ISSUER, isExample: false },
    file: { language: 'TypeScript', modules: 'esm', api: 'rest', ...table, issuer: ISSUER.call, outputs: [] },
    text: 'one\ntwo\n',
    edit: { file: 'lib/stack.ts', patch: '--- a/lib/stack.ts\n+++ b/lib/stack.ts' },
    isWritten: true,
    ...changes,
  };
}

const caller = packageProgram({});
const stepsOf = (changes: Partial<InitResult>, table?: ProposedTable) =>
  Reflect.get(Object(initReport(result(changes, table), caller).document), 'nextSteps');

const [MAKE, ANSWERS, SEE, RUN] = [
  'Make the change of lib/stack.ts above by hand, or paste it into `git apply`.',
  'For a challenge and problem details in place of the answers of API Gateway, call addGatewayResponses(api, { realm, corsOrigins }).',
  'See who may call what: bearer-authorizer routes --synth',
  'Run it on this machine, with tokens of a local authorization server: bearer-authorizer start',
];

it('the text has the lines of the file, the change that is left, and the next steps', () => {
  expect(initReport(result(), caller).text).toBe(
    [
      'Wrote lib/auth.ts: the authorizer for GET /orders of Orders/Api. Issuer: https://login.example.com/.',
      '+one\n+two',
      '--- a/lib/stack.ts\n+++ b/lib/stack.ts',
      `Next:\n1. ${MAKE}\n2. ${ANSWERS}\n3. ${SEE}\n4. ${RUN}`,
    ].join('\n\n'),
  );
});

it('a person whose patch goes to another program reads all but the patch', () => {
  const summary = initSummary(result(), caller);
  expect(summary.split('\n\n')).toEqual([
    'Wrote lib/auth.ts: the authorizer for GET /orders of Orders/Api. Issuer: https://login.example.com/.',
    `Next:\n1. Make the change of lib/stack.ts unless \`git apply\` has made it: standard output is its patch.\n2. ${ANSWERS}\n3. ${SEE}\n4. ${RUN}\n`,
  ]);
});

it('the text of a dry run is a patch of the new file, too', () => {
  expect(initReport(result({ isWritten: false }), caller).text).toContain(
    '--- /dev/null\n+++ b/lib/auth.ts\n@@ -0,0 +1,2 @@\n+one\n+two\n\n--- a',
  );
});

it('the headline counts further routes, and says what an example is', () => {
  const more = { ...TABLE, routes: [ROUTE, ROUTE, ROUTE] };
  const findings = { chosen: undefined, issuer: undefined, outputs: [], hasAllOutputs: true };
  const [headline] = initReport(result({}, more), caller).text.split('\n');
  const [example] = initReport(result({ findings }), caller).text.split('\n');
  expect(headline).toMatch(/: the authorizer for GET \/orders and 2 more routes of Orders\/Api\./);
  expect(example).toMatch(/: the authorizer and an example API with GET \/orders, because the app has no API yet\./);
});

const UNCERTAIN = { edit: undefined };
const pool = { resource: resource('Orders/Users'), clients: [] };
const { file, findings } = result();
const TWICE = {
  chosen: { stack: 'Orders', apis: [API, API], table: TABLE },
  issuer: undefined,
  outputs: [],
  hasAllOutputs: true,
} as const;
const IMPORT = 'Import addBearerAuthorizer from lib/auth.ts where your stack makes the API, and';

it.each<[string, Partial<InitResult>, string]>([
  [
    'to install the package',
    { app: { ...result().app, install: 'pnpm add bearer-authorizer' } },
    'Install the package: pnpm add bearer-authorizer',
  ],
  [
    'to call the function for a REST API',
    UNCERTAIN,
    `${IMPORT} give the API its result: { defaultMethodOptions: { authorizer: addBearerAuthorizer(this) } }.`,
  ],
  [
    'to call it for an HTTP API',
    { ...UNCERTAIN, file: { ...file, api: 'http' } },
    `${IMPORT} give the API its result: { defaultAuthorizer: addBearerAuthorizer(this).forHttpApi() }.`,
  ],
  [
    'to call it for an example',
    { ...UNCERTAIN, file: { ...file, api: 'example' } },
    `${IMPORT} call it in the constructor of the stack: addBearerAuthorizer(this).`,
  ],
  [
    'to give it the ids of a user pool',
    { ...UNCERTAIN, issuer: { ...ISSUER, pool, isExample: false } },
    `${IMPORT} give the API its result: { defaultMethodOptions: { authorizer: addBearerAuthorizer(this, userPoolId, clients) } }, with the ids of Orders/Users and of its app clients.`,
  ],
  [
    'to call it once for several APIs',
    { ...UNCERTAIN, findings: TWICE },
    'Import addBearerAuthorizer from lib/auth.ts, and call it once: const authorizer = addBearerAuthorizer(this).',
  ],
  [
    'to add the output with the address',
    { findings: { ...findings, hasAllOutputs: false } },
    'Add the output ApiUrl with the address of the API: `--stack` of other commands needs it.',
  ],
  [
    'to replace the examples',
    { issuer: { call: examplePreset(), from: 'an example', pool: undefined, isExample: true } },
    'Before you deploy, replace the examples of the issuer in lib/auth.ts.',
  ],
])('the next steps say %s', (_, changes, step) => {
  expect(stepsOf(changes)).toContainEqual(expect.stringContaining(step));
});

it.each<[string, Partial<ProposedTable>, string]>([
  [
    'which scopes are a proposal',
    { routes: [{ ...ROUTE, isGuessed: true }] },
    'Check the scopes in lib/auth.ts: they are a proposal.',
  ],
  [
    'which routes have an authorizer of their own',
    { routes: [{ ...ROUTE, replaces: 'Orders/Jwt' }] },
    'Take the present authorizer, with its type and its scopes, off these routes: GET /orders (Orders/Jwt).',
  ],
  [
    'which routes have to stay open',
    {
      leftOut: [
        { name: 'GET /ping', because: 'it is', isOpen: true },
        { name: 'OPTIONS /', because: 'it is', isOpen: false },
      ],
    },
    'Keep these routes open, because the authorizer of the API would reach them, by { authorizationType: AuthorizationType.NONE }: GET /ping.',
  ],
])('the next steps say %s', (_, table, step) => {
  expect(stepsOf({}, { ...TABLE, ...table }).toSorted()).toEqual([MAKE, step, ANSWERS, SEE, RUN].toSorted());
});
