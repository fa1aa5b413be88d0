import { STACK_OUTPUTS } from '../../lambda/configuration/authorizer-description.ts';
import type { ApiKind } from '../../lambda/policy/route.ts';
import type { AuthorizerFile, OutputName } from './authorizer-file.ts';
import { comment, docComment, literal, literalList, MAX_WIDTH } from './code-text.ts';
import type { OptionValue, PresetCall, PresetOption } from './issuer-preset.ts';

/** The name of the function in the file. */
export const FUNCTION = 'addBearerAuthorizer';

/** The function of the file. It makes the authorizer, and for an example an API. */
export function functionLines(file: AuthorizerFile): readonly string[] {
  const { api, issuer } = file;
  const parameters = issuer.options.flatMap(({ value }) => (isParameter(value) ? [value.parameter] : []));
  return [
    ...docComment(USES[api]),
    `${opening(file, parameters)} {`,
    `  const authorizer = new BearerAuthorizer(scope, 'BearerAuthorizer', {`,
    ...issuerLines(issuer),
    '    routes,',
    ...comment(
      'How long API Gateway reuses a decision: a longer time costs fewer invocations of the authorizer.',
      '    ',
    ),
    '    resultTtl: Duration.seconds(60),',
    '  });',
    ...(api === 'example' ? EXAMPLE_API : []),
    ...outputLines(file),
    '  return authorizer;',
    '}',
  ];
}

const USES: Readonly<Record<AuthorizerFile['api'], string>> = {
  rest: 'Adds the authorizer. The API takes it from there: `new RestApi(…, { defaultMethodOptions: { authorizer } })`.',
  http: 'Adds the authorizer. The API takes it from there: `new HttpApi(…, { defaultAuthorizer: authorizer.forHttpApi() })`.',
  example: 'Adds the authorizer, and an API with one route to try it: put your own in its place.',
};

const TYPES: Readonly<Record<string, string>> = { userPoolId: 'string', clients: 'readonly string[]' };

function opening({ language, modules }: AuthorizerFile, parameters: readonly string[]): string {
  const isTyped = language === 'TypeScript';
  const all = ['scope', ...parameters].map((name) => (isTyped ? `${name}: ${TYPES[name] ?? 'Construct'}` : name));
  const exported = isTyped || modules === 'esm' ? 'export ' : '';
  return `${exported}function ${FUNCTION}(${all.join(', ')})${isTyped ? ': BearerAuthorizer' : ''}`;
}

function issuerLines({ preset, options }: PresetCall): readonly string[] {
  const line = `    issuers: { main: ${preset}({ ${options.map(optionText).join(', ')} }) },`;
  if (line.length <= MAX_WIDTH && options.every(({ isExample }) => isExample === undefined)) return [line];
  const each = options.map((option) => [
    ...(option.isExample ? comment(REPLACE[option.name] ?? 'Replace it before you deploy.', '        ') : []),
    `        ${optionText(option)},`,
  ]);
  return ['    issuers: {', `      main: ${preset}({`, ...each.flat(), '      }),', '    },'];
}

/** What stands above an example in the file. */
const REPLACE: Readonly<Record<string, string>> = {
  issuer:
    'An example. Before you deploy, write your issuer as the claim `iss` of its tokens has it, or take its preset.',
  audience: 'An example. Before you deploy, write for whom the tokens are: their claim `aud`.',
  clients: 'An example. Before you deploy, write the ids of the app clients that may use the API.',
  clientIds: 'An example. Before you deploy, write the ids of your OAuth clients: the claim `aud` of their ID tokens.',
};

function optionText({ name, value }: PresetOption): string {
  if (isParameter(value)) return value.parameter === name ? name : `${name}: ${value.parameter}`;
  if (value === true) return `${name}: true`;
  return `${name}: ${typeof value === 'string' ? literal(value) : literalList(value)}`;
}

function isParameter(value: OptionValue): value is Extract<OptionValue, { parameter: string }> {
  return typeof value === 'object' && 'parameter' in value;
}

/** API Gateway answers by itself, so that there is nothing to build and nothing to pay for. */
const EXAMPLE_API: readonly string[] = [
  '',
  "  const api = new RestApi(scope, 'OrdersApi', { defaultMethodOptions: { authorizer } });",
  '  const backend = new MockIntegration({',
  `    requestTemplates: { 'application/json': '{"statusCode":200}' },`,
  `    integrationResponses: [{ statusCode: '200', responseTemplates: { 'application/json': '{"orders":[]}' } }],`,
  '  });',
  "  const orders = api.root.addResource('orders');",
  "  orders.addMethod('GET', backend, { methodResponses: [{ statusCode: '200' }] });",
  "  addGatewayResponses(api, { realm: 'orders', corsOrigins: [] });",
];

const VALUES: Readonly<Record<OutputName, string>> = {
  apiUrl: 'api.url',
  table: 'authorizer.table.tableName',
  authorizer: 'authorizer.logicalId',
};

/** The address of an API that takes the authorizer later, by the construct's list of them. */
const LATER: Readonly<Record<ApiKind, string>> = {
  rest: 'authorizer.apis[0]?.deploymentStage.urlForPath()',
  http: 'authorizer.httpApis[0]?.apiEndpoint',
};

function outputLines({ api, outputs }: AuthorizerFile): readonly string[] {
  if (outputs.length === 0) return [];
  const isLater = api !== 'example' && outputs.includes('apiUrl');
  const lines = outputs.map((name) => {
    const value = isLater && name === 'apiUrl' ? 'apiUrl' : VALUES[name];
    return `  new CfnOutput(stack, '${STACK_OUTPUTS[name]}', { value: ${value} });`;
  });
  return [
    '',
    ...comment('By these outputs `--stack` finds the deployment.', '  '),
    '  const stack = Stack.of(scope);',
    ...(isLater ? [`  const apiUrl = Lazy.string({ produce: () => ${LATER[api]} });`] : []),
    ...lines,
  ];
}
