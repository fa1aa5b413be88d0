import { describe, expect, it } from 'vitest';
import type { TemplateResource } from '../../../ops/init/app-templates.ts';
import type { CdkApp } from '../../../ops/init/cdk-app.ts';
import type { FoundApi } from '../../../ops/init/found-apis.ts';
import { stackEdit } from '../../../ops/init/stack-edit.ts';

const TYPESCRIPT: CdkApp = {
  file: 'lib/bearer-authorizer.ts',
  language: 'TypeScript',
  modules: 'commonjs',
  install: undefined,
};

const resource = (path: string): TemplateResource => ({
  file: 'Orders.template.json',
  logicalId: 'Id',
  type: 'any',
  properties: {},
  metadata: { 'aws:cdk:path': `${path}/Resource` },
});

const REST: FoundApi = {
  kind: 'rest',
  stack: 'Orders',
  resource: resource('Orders/Api'),
  isFromDocument: false,
  routes: [],
};
const HTTP: FoundApi = { ...REST, kind: 'http' };

interface Case {
  readonly app?: CdkApp;
  /** none: the file makes an API itself. */
  readonly apis?: readonly FoundApi[];
  readonly clients?: readonly string[];
  readonly others?: Readonly<Record<string, string>>;
}

/** The added and removed lines of the change of `lib/orders-stack.ts`, whose first line is an import. */
function changed(code: string, { app = TYPESCRIPT, apis = [REST], clients, others = {} }: Case = {}) {
  const path = `lib/orders-stack.${app.language === 'TypeScript' ? 'ts' : 'js'}`;
  const sources = Object.entries({ [path]: code, ...others }).map(([name, text]) => ({ path: name, text }));
  const pool = clients && {
    resource: resource('Orders/Users'),
    clients: clients.map((id) => resource(`Orders/${id}`)),
  };
  const edit = stackEdit(sources, { app, apis, pool });
  if (edit === undefined) return undefined;
  expect(edit.file).toBe(path);
  return edit.patch.split('\n').filter((line) => /^[+-](?!\+\+|--)/.test(line));
}

const IMPORTED = "+import { addBearerAuthorizer } from './bearer-authorizer';";
const FIRST = "import { RestApi } from 'aws-cdk-lib/aws-apigateway';\n";

describe('an API takes the authorizer', () => {
  it.each([
    [
      "    new RestApi(this, 'Api');",
      "+    new RestApi(this, 'Api', { defaultMethodOptions: { authorizer: addBearerAuthorizer(this) } });",
    ],
    [
      'new apigateway.RestApi(stack, "Api", {});',
      '+new apigateway.RestApi(stack, "Api", { defaultMethodOptions: { authorizer: addBearerAuthorizer(stack) } });',
    ],
    [
      "new LambdaRestApi(this, 'Api', { handler: hello() });",
      "+new LambdaRestApi(this, 'Api', { defaultMethodOptions: { authorizer: addBearerAuthorizer(this) }, handler: hello() });",
    ],
  ])('%s', (code, expected) => {
    expect(changed(`${FIRST}${code}\n`)).toEqual([IMPORTED, `-${code}`, expected]);
  });

  it('in an object of several lines', () => {
    const code =
      "  const api = new RestApi(\n    this,\n    'Api',\n    { // the API\n      deploy: true,\n    },\n  );\n";
    expect(changed(FIRST + code)).toEqual([
      IMPORTED,
      '+      defaultMethodOptions: { authorizer: addBearerAuthorizer(this) },',
    ]);
  });

  it('of HTTP by its default authorizer', () => {
    expect(changed(`${FIRST}new HttpApi(this, 'Api', { apiName: 'a' });\n`, { apis: [HTTP] })?.at(-1)).toBe(
      "+new HttpApi(this, 'Api', { defaultAuthorizer: addBearerAuthorizer(this).forHttpApi(), apiName: 'a' });",
    );
  });

  it('with the ids of the user pool and its clients, which stand above it', () => {
    const made = [
      "const users = new cognito.UserPool(this, 'Users');",
      "this.app = users.addClient('App');",
      "const service = new UserPoolClient(this, 'Service', { userPool: users });",
    ];
    const code = `${FIRST}${made.join('\n')}\nnew RestApi(this, 'Api');\n`;
    expect(changed(code, { clients: ['App', 'Service'] })?.at(-1)).toBe(
      "+new RestApi(this, 'Api', { defaultMethodOptions: { authorizer: addBearerAuthorizer(this, users.userPoolId, " +
        '[this.app.userPoolClientId, service.userPoolClientId]) } });',
    );
  });
});

describe('the import', () => {
  const api = "new RestApi(this, 'Api');\n";
  it.each([
    [
      'without semicolons and in double quotes',
      'import { RestApi } from "a"\n',
      {},
      '+import { addBearerAuthorizer } from "./bearer-authorizer"',
    ],
    ['below an import of several lines', "import {\n  a,\n  b,\n} from 'a';\n", {}, IMPORTED],
    [
      'with the extension of other imports',
      "import { a } from './a.ts';\n",
      {},
      "+import { addBearerAuthorizer } from './bearer-authorizer.ts';",
    ],
    [
      'with .js for modules',
      FIRST,
      { modules: 'esm' },
      "+import { addBearerAuthorizer } from './bearer-authorizer.js';",
    ],
    [
      'from another folder',
      FIRST,
      { file: 'src/auth/guard.ts' },
      "+import { addBearerAuthorizer } from '../src/auth/guard';",
    ],
    [
      'from a folder below',
      FIRST,
      { file: 'lib/auth/guard.ts' },
      "+import { addBearerAuthorizer } from './auth/guard';",
    ],
    [
      'in CommonJS',
      "const { RestApi } = require('aws-cdk-lib/aws-apigateway');\n// const a = require('a');\n",
      { language: 'JavaScript', file: 'lib/bearer-authorizer.js' },
      "+const { addBearerAuthorizer } = require('./bearer-authorizer');",
    ],
    [
      'in modules of JavaScript',
      FIRST,
      { language: 'JavaScript', modules: 'esm', file: 'lib/bearer-authorizer.js' },
      "+import { addBearerAuthorizer } from './bearer-authorizer.js';",
    ],
  ] as const)('%s', (_, imports, app, expected) => {
    expect(changed(imports + api, { app: { ...TYPESCRIPT, ...app } })?.[0]).toBe(expected);
  });
});

it('the import stands above a comment that holds another one', () => {
  const text = `${FIRST}/*\nimport { a } from './a.js';\n*/\nnew RestApi(this, 'Api');\n`;
  const edit = stackEdit([{ path: 'lib/orders-stack.ts', text }], { app: TYPESCRIPT, apis: [REST], pool: undefined });
  expect(edit?.patch).toContain(`${IMPORTED}\n /*\n`);
});

describe('an app without an API calls the function', () => {
  it.each([
    [
      'in the constructor of its stack',
      'class OrdersStack extends cdk.Stack {\n  constructor(scope, id, props = {}) {\n    super(scope, id, {\n      ...props,\n    });\n  }\n}\n',
      '+    addBearerAuthorizer(this);',
    ],
    ['below its stack', "const stack = new Stack(app, 'Orders');\napp.synth();\n", '+addBearerAuthorizer(stack);'],
  ])('%s', (_, code, expected) => {
    expect(changed(FIRST + code, { apis: [] })).toEqual([IMPORTED, expected]);
  });

  it.each([
    ['of two stacks in one file', "const one = new Stack(app, 'One');\nconst two = new Stack(app, 'Two');\n", {}],
    [
      'of two stacks in two files',
      "const one = new Stack(app, 'One');\n",
      { 'lib/two.ts': "const two = new Stack(app, 'Two');\n" },
    ],
    ['whose line goes on', "const stack = new Stack(app, 'Orders'); app.synth();\n", {}],
    ['at the end of a file without a line feed', "const stack = new Stack(app, 'Orders');", {}],
    [
      'without a constructor of its own',
      'class A extends Stack {}\nclass B extends C {\n  constructor() {\n    super();\n  }\n}\n',
      {},
    ],
  ])('but not %s', (_, code, others) => {
    expect(changed(FIRST + code, { apis: [], others })).toBeUndefined();
  });
});

describe('nothing is proposed where it is not certain', () => {
  const api = "new RestApi(this, 'Api');\n";
  it.each<[string, string, Case]>([
    ['where no source makes the API', "new MyRestApi(this, 'Api');\n", {}],
    ['where the API has another id', "new RestApi(this, 'Other');\n", {}],
    ['where the id is computed', "new RestApi(this, prefix + 'Api');\n", {}],
    ['where two places make it', api + api, {}],
    ['where two files make it', api, { others: { 'lib/other.ts': api } }],
    ['where it is a comment', `// ${api}/* ${api} */\n`, {}],
    ['where it is a text', `const text = "new RestApi(this, 'Api');";\n`, {}],
    ['where the properties are a variable', "new RestApi(this, 'Api', props);\n", {}],
    [
      'where methods have options already',
      "new RestApi(this, 'Api', { defaultMethodOptions: { apiKeyRequired: true } });\n",
      {},
    ],
    ['where the scope is a call', "new RestApi(scopeOf(this), 'Api');\n", {}],
    ['where several APIs take it', api, { apis: [REST, HTTP] }],
    ['where another app made the API', api, { apis: [{ ...REST, resource: undefined }] }],
    ['where the user pool stands elsewhere', api, { clients: ['App'] }],
    ['where the user pool has no client', `const users = new UserPool(this, 'Users');\n${api}`, { clients: [] }],
    [
      'where the user pool stands below',
      `${api}const users = new UserPool(this, 'Users');\nconst app = users.addClient('App');\n`,
      { clients: ['App'] },
    ],
    ['where lines end as on Windows', api.replace('\n', '\r\n'), {}],
    ['where the terminal would escape a character', `// \u200b\n${api}`, {}],
  ])('%s', (_, code, given) => {
    expect(changed(FIRST + code, given)).toBeUndefined();
  });

  it('where the source imports nothing', () => {
    expect(changed(api)).toBeUndefined();
  });
});
