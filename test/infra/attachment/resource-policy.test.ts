import { Aws, Fn, type Stack } from 'aws-cdk-lib';
import { CfnRestApi, EndpointType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  iamPattern,
  literal,
  overlap,
  type PatternPart,
  SEGMENT,
} from '../../../infra/attachment/arn-pattern-overlap.ts';
import { type ApiMethods, resourcePolicyErrors } from '../../../infra/attachment/resource-policy.ts';
import { newStack } from '../../support/cdk/test-app.ts';
import { globMatches } from '../../support/routes/iam-evaluation.ts';

const METHODS: ApiMethods = {
  guarded: ['GET /orders', 'POST /orders', 'GET /orders/{id}', 'ANY /files/{name}', 'GET /{page}'],
  open: new Set([
    'GET /health',
    'ANY /status',
    'OPTIONS /orders',
    'OPTIONS /orders/{id}',
    'OPTIONS /files/{name}',
    'OPTIONS /{page}',
  ]),
};

/** Everything below `/archive` is guarded as well, so a star in front of an open method's name reaches it. */
const WITH_GREEDY: ApiMethods = { ...METHODS, guarded: [...METHODS.guarded, 'GET /archive/{proxy+}'] };

function errorsOf(policy: unknown, methods = METHODS, stack: Stack = newStack()): readonly string[] {
  const api = new CfnRestApi(stack, 'Api');
  api.addPropertyOverride('Policy', policy);
  return resourcePolicyErrors(api, methods);
}

const allow = (Resource: unknown, more: object = {}) => {
  return { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource, ...more };
};
const policyOf = (...Statement: readonly unknown[]) => ({ Version: '2012-10-17', Statement });
const INCLUDE = { Name: 'AWS::Include', Parameters: { Location: 's3://bucket/part.yaml' } };
const ARN = 'arn:aws:execute-api:eu-west-1:123456789012:abc123';

describe('an Allow that no request to a guarded method matches is accepted', () => {
  it.each<[string, unknown]>([
    ['an open method of a stage', allow('execute-api:/prod/GET/health')],
    ['an open method of every stage', allow('execute-api:/*/GET/health')],
    ['an open method by its ARN', allow(`${ARN}/prod/GET/health`)],
    [
      'an open method by an ARN with intrinsics',
      allow(
        Fn.join('', [
          'arn:',
          Aws.PARTITION,
          ':execute-api:',
          Aws.REGION,
          ':',
          Aws.ACCOUNT_ID,
          ':abc123/prod/GET/health',
        ]),
      ),
    ],
    ['an open method of a resource with ANY', allow('execute-api:/prod/PUT/status')],
    ['a list of open methods', allow(['execute-api:/prod/GET/health', 'execute-api:/prod/GET/status'])],
    ['every preflight of a stage', allow('execute-api:/prod/OPTIONS/*')],
    ['a path that no guarded method has', allow('execute-api:/prod/DELETE/orders')],
    ['a path below all routes', allow('execute-api:/prod/GET/health/deep/*')],
    ['another action', allow('execute-api:/*', { Action: 'execute-api:ManageConnections' })],
    ['every action but this one', allow('execute-api:/*', { Action: undefined, NotAction: 'execute-api:Invoke' })],
    ['nothing but a Deny', { ...allow('execute-api:/*'), Effect: 'Deny' }],
  ])('%s', (_, statement) => {
    expect(errorsOf(policyOf(statement))).toEqual([]);
    expect(errorsOf(JSON.stringify(newStack().resolve(policyOf(statement))))).toEqual([]);
  });
});

describe('an Allow that a request to a guarded method may match is rejected', () => {
  it.each<[string, unknown]>([
    ['everything', allow('execute-api:/*')],
    [
      'everything, from one VPC endpoint',
      allow('execute-api:/*', { Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } } }),
    ],
    ['everything, for one account', allow('execute-api:/*', { Principal: { AWS: '123456789012' } })],
    ['a star for the whole resource', allow('*')],
    ['an API by its id alone', allow(ARN)],
    ['an API by its id and a slash', allow(`${ARN}/`)],
    ['a short form without a slash', allow('execute-api:*')],
    ['a guarded method', allow('execute-api:/prod/GET/orders')],
    ['a guarded method by a parameter', allow('execute-api:/prod/GET/orders/7')],
    ['a guarded method by a method of ANY', allow('execute-api:/prod/DELETE/files/a')],
    ['a star that a method fits', allow('execute-api:/prod/*/orders')],
    ['question marks that a path fits', allow('execute-api:/prod/GET/o?????')],
    ['question marks that stand for slashes', allow('execute-api:/prod?GET?orders')],
    ['a slash at the end, which changes no route', allow('execute-api:/prod/GET/orders/*')],
    ['a star for the stage, before a name that a parameter fits', allow('execute-api:/*/GET/nobody')],
    ['a Region with a star, which stands for slashes too', allow('arn:aws:execute-api:*:*:*/GET/orders')],
    ['a wildcard in the action', allow('execute-api:/*', { Action: 'execute-api:*' })],
    ['another case in the action', allow('execute-api:/*', { Action: ['EXECUTE-API:INVOKE'] })],
    ['every action', allow('execute-api:/*', { Action: '*' })],
    [
      'every action but another',
      allow('execute-api:/*', { Action: undefined, NotAction: 'execute-api:ManageConnections' }),
    ],
    [
      'every action but one that only the deployment knows',
      allow('execute-api:/*', { Action: undefined, NotAction: Fn.ref('Unknown') }),
    ],
    ['all resources but some', allow(undefined, { NotResource: 'execute-api:/prod/GET/orders' })],
    ['a resource that only the deployment knows', allow(Fn.ref('Unknown'))],
    [
      'a stage and path that only the deployment knows',
      allow(Fn.join('', ['execute-api:/', Fn.ref('Unknown'), '/GET/health'])),
    ],
    ['a policy variable', allow('execute-api:/prod/GET/$' + '{aws:PrincipalTag/path}')],
    [
      'one of two alternatives',
      { 'Fn::If': ['Condition', allow('execute-api:/prod/GET/health'), allow('execute-api:/*')] },
    ],
    ['a statement that only the deployment knows', Fn.ref('Unknown')],
    ['an effect that only the deployment knows', allow('execute-api:/*', { Effect: Fn.ref('Unknown') })],
  ])('%s', (_, statement) => {
    expect(errorsOf(policyOf(statement))).toEqual([
      expect.stringMatching(/^The API team\/Api has a resource policy that allows/),
    ]);
  });

  it.each<[string, unknown]>([
    ['text', JSON.stringify(policyOf(allow('execute-api:/*')))],
    ['text within text', JSON.stringify(JSON.stringify(policyOf(allow('execute-api:/*'))))],
    ['text with intrinsics', Fn.sub('{"Statement":[{"Effect":"Allow","Action":"*","Resource":"$' + '{Unknown}"}]}')],
    ['text that is no JSON', '{ Effect: Allow }'],
    ['one statement without a list', { Statement: allow('execute-api:/*') }],
    ['an alternative', { 'Fn::If': ['Condition', policyOf(), policyOf(allow('execute-api:/*'))] }],
    ['a reference', Fn.ref('Unknown')],
    ['a statement without anything else', { Statement: [{ Effect: 'Allow', Principal: '*' }] }],
    ['members in lower case', { version: '2012-10-17', statement: [] }],
    ['a statement in lower case', { Statement: [{ effect: 'Deny', resource: 'execute-api:/*' }] }],
    ['a function among its members', { Version: '2012-10-17', 'Fn::Transform': INCLUDE }],
    ['a Deny with a function among its members', { Statement: [{ Effect: 'Deny', 'Fn::Transform': INCLUDE }] }],
    ['an alternative with another member', { 'Fn::If': ['Condition', policyOf(), policyOf()], Statement: [] }],
    ['a list', [policyOf()]],
    ['statements in a list of lists', { Statement: [[]] }],
  ])('written as %s', (_, policy) => {
    expect(errorsOf(policy)).toHaveLength(1);
  });

  it('because * for the stage also matches the rest of a guarded path', () => {
    expect(errorsOf(policyOf(allow('execute-api:/*/GET/health')), WITH_GREEDY)).toEqual([
      expect.stringContaining('allows execute-api:/*/GET/health, and with it GET /archive/{proxy+}'),
    ]);
    expect(errorsOf(policyOf(allow('execute-api:/prod/GET/health')), WITH_GREEDY)).toEqual([]);
  });

  it('by one sentence that names the API, the resource, the method and what to write', () => {
    expect(errorsOf(policyOf(allow('execute-api:/*')))).toEqual([
      'The API team/Api has a resource policy that allows execute-api:/*, and with it GET /orders, which any valid token ' +
        'could then call whatever its scopes: keep Deny statements, and allow open methods only, each with the name of its ' +
        'stage (execute-api:/prod/GET/health), because * matches slashes too.',
    ]);
  });
});

describe('a resource policy that synth cannot see is rejected', () => {
  const METHOD = { get: { 'x-amazon-apigateway-integration': { type: 'mock' } } };

  function errorsWith(properties: Readonly<Record<string, unknown>>, methods = METHODS): readonly string[] {
    const api = new CfnRestApi(newStack(), 'Api');
    for (const [name, value] of Object.entries(properties)) api.addPropertyOverride(name, value);
    return resourcePolicyErrors(api, methods);
  }

  it.each<[string, string, Readonly<Record<string, unknown>>]>([
    ['in S3', 'BodyS3Location', { BodyS3Location: { Bucket: 'b', Key: 'openapi.yaml' } }],
    ['that another file completes', 'Fn::Transform in Body', { Body: { openapi: '3.0.1', 'Fn::Transform': INCLUDE } }],
    ['that another file is', 'Fn::Transform in Body', { Body: { 'Fn::Transform': INCLUDE } }],
    ['that a condition chooses', 'Fn::If in Body', { Body: { 'Fn::If': ['Condition', {}, {}] } }],
    ['of text', 'text in Body', { Body: '{"openapi":"3.0.1"}' }],
    ['of another API', 'CloneFrom', { CloneFrom: 'abc123' }],
  ])('with a document %s', (_, source, properties) => {
    const sentence =
      `The API team/Api takes its content from ${source}, which synth cannot read, and a resource policy there could ` +
      'open GET /orders to any valid token: give the document as an object, by apiDefinition(document) of the ' +
      'authorizer or ApiDefinition.fromInline(document), or make the API by its methods.';
    expect(errorsWith(properties)).toEqual([sentence]);
  });

  it('unless the authorizer guards none of its methods', () => {
    expect(errorsWith({ CloneFrom: 'abc123' }, { ...METHODS, guarded: [] })).toEqual([]);
  });

  it('but not if an intrinsic function is only a part of the document, where it cannot add a policy', () => {
    const integration = { get: { 'x-amazon-apigateway-integration': { 'Fn::Transform': INCLUDE } } };
    expect(errorsWith({ Body: { openapi: '3.0.1', paths: { '/a': METHOD, '/b': integration } } })).toEqual([]);
  });
});

describe('a private API', () => {
  function privateApi(): RestApi {
    const api = new RestApi(newStack(), 'Api', { endpointConfiguration: { types: [EndpointType.PRIVATE] } });
    api.root.addMethod('GET');
    return api;
  }
  const errors = (api: RestApi) => resourcePolicyErrors(api.node.defaultChild as CfnRestApi, METHODS);

  it("is rejected with CDK's own policy for VPC endpoints, which allows everything from there", () => {
    const api = privateApi();
    const vpcEndpointId = 'vpce-1';
    api.grantInvokeFromVpcEndpointsOnly([
      InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(api, 'Vpce', { vpcEndpointId, port: 443 }),
    ]);
    expect(errors(api)).toEqual([expect.stringContaining('allows execute-api:/*, and with it GET /orders')]);
  });

  it('is accepted where all other endpoints are denied, and open methods and preflights are allowed by name', () => {
    const elsewhere = { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } };
    const policy = policyOf(
      { ...allow('execute-api:/*', { Condition: elsewhere }), Effect: 'Deny' },
      allow(['execute-api:/prod/GET/health', 'execute-api:/prod/OPTIONS/*']),
    );
    expect(errorsOf(policy)).toEqual([]);
  });
});

describe('two patterns overlap', () => {
  const text = (characters: string) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 6 });

  it('whenever some text matches both', () => {
    fc.assert(
      fc.property(text('a/*?'), text('a/*?'), text('a/'), (one, other, common) => {
        fc.pre(globMatches(one, common) && globMatches(other, common));
        expect(overlap(iamPattern(one), iamPattern(other))).toBe(true);
      }),
    );
  });

  it('only if some text matches both', () => {
    // At most five characters of each, and a wildcard: `aaaaa*` and `*/////`.
    const texts = textsUpTo(10);
    fc.assert(
      fc.property(text('a/*?'), text('a/*?'), (one, other) => {
        const common = texts.some((candidate) => globMatches(one, candidate) && globMatches(other, candidate));
        expect(overlap(iamPattern(one), iamPattern(other))).toBe(common);
      }),
      { numRuns: 300 },
    );
  });

  it('without a slash where one of them has a segment', () => {
    const segment: readonly PatternPart[] = [...literal('a/'), ...SEGMENT];
    expect(overlap(segment, literal('a/b'))).toBe(true);
    expect(overlap(segment, literal('a/'))).toBe(false);
    expect(overlap(segment, literal('a/b/c'))).toBe(false);
    expect(overlap(segment, iamPattern('*/b'))).toBe(true);
    expect(overlap(segment, iamPattern('*/b/*'))).toBe(false);
  });
});

/** All texts of `a` and `/` up to that length. */
function textsUpTo(length: number): readonly string[] {
  if (length === 0) return [''];
  const shorter = textsUpTo(length - 1);
  return [...shorter, ...shorter.filter((one) => one.length === length - 1).flatMap((one) => [`${one}a`, `${one}/`])];
}
