import { CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';
import type { CacheKey } from '../../../lambda/policy/route.ts';
import {
  addApis,
  addMethods,
  importedInto,
  newStacks,
  PLACES,
  type Place,
  placedSettings as settings,
} from '../../support/cdk/placed-apis.ts';
import {
  faultsIn,
  type Resource,
  type SynthesizedStack,
  stacksOf,
  withNested,
} from '../../support/cdk/template-graph.ts';
import { issuer, newApp } from '../../support/cdk/test-app.ts';
import { FULL_SUITE } from '../../support/full-suite.ts';

interface Placed {
  readonly stack: SynthesizedStack;
  readonly id: string;
  readonly resource: Resource;
}

function resourcesOf(stacks: readonly SynthesizedStack[], type: string): readonly Placed[] {
  return stacks
    .flatMap(withNested)
    .flatMap((stack) =>
      Object.entries(stack.template.Resources).map(([id, resource]): Placed => ({ stack, id, resource })),
    )
    .filter(({ resource }) => resource.Type === type);
}

const variablesOf = ({ resource }: Placed) =>
  (resource.Properties?.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};

/** The stages that each flusher knows by its environment, or by the parameters that it reads. */
function flushedBy(stacks: readonly SynthesizedStack[]): readonly string[] {
  const flushers = resourcesOf(stacks, 'AWS::Lambda::Function').filter((placed) => 'STAGES' in variablesOf(placed));
  const parameters = resourcesOf(stacks, 'AWS::SSM::Parameter');
  return flushers.map((flusher) => {
    const { STAGES, STAGE_PARAMETERS = '' } = variablesOf(flusher);
    const names = String(STAGE_PARAMETERS).split(',');
    const read = parameters.filter(({ resource }) => names.includes(String(resource.Properties?.Name)));
    return JSON.stringify([STAGES, ...read.map(({ resource }) => resource.Properties?.Value)]);
  });
}

/** The number of caches that each role may flush. */
function flushGrants(stacks: readonly SynthesizedStack[]): number {
  const counts = resourcesOf(stacks, 'AWS::IAM::Policy').map(({ resource }) => {
    const { Roles = [], PolicyDocument } = resource.Properties as {
      Roles?: readonly unknown[];
      PolicyDocument: unknown;
    };
    return Roles.length * (JSON.stringify(PolicyDocument).match(/cache\/authorizers/g)?.length ?? 0);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

function permissionsFor(stacks: readonly SynthesizedStack[]): readonly Placed[] {
  return resourcesOf(stacks, 'AWS::Lambda::Permission').filter(({ resource }) =>
    JSON.stringify(resource.Properties?.SourceArn).includes('authorizers/'),
  );
}

interface Placement {
  readonly authorizerPlace: Place;
  readonly apiPlace: Place;
}

/** Every pair of places: the same stack, a parent, a child, a sibling, and another root stack. */
const REPRESENTATIVE: readonly Placement[] = [
  { authorizerPlace: 'first', apiPlace: 'first' },
  { authorizerPlace: 'first', apiPlace: 'inner' },
  { authorizerPlace: 'inner', apiPlace: 'nested' },
  { authorizerPlace: 'nested', apiPlace: 'sibling' },
  { authorizerPlace: 'second', apiPlace: 'first' },
  { authorizerPlace: 'nestedInSecond', apiPlace: 'inner' },
  { authorizerPlace: 'sibling', apiPlace: 'nestedInSecond' },
  { authorizerPlace: 'nested', apiPlace: 'second' },
];

const placements = FULL_SUITE
  ? PLACES.flatMap((authorizerPlace) => PLACES.map((apiPlace): Placement => ({ authorizerPlace, apiPlace })))
  : REPRESENTATIVE;

const isInSecond = (place: Place) => place.toLowerCase().includes('second');
const acrossRoots = placements.filter((one) => isInSecond(one.authorizerPlace) !== isInSecond(one.apiPlace));

/** CDK's references between root stacks: outputs that are read, and exports. */
const REFERENCES = [
  { strength: 'weak', placements },
  { strength: 'strong', placements: acrossRoots },
];

describe.each(REFERENCES)('with $strength references between stacks', ({ strength, placements }) => {
  const withSettings = () =>
    newApp({
      'aws:cdk:enable-asset-metadata': true,
      '@aws-cdk/core:defaultCrossStackReferences': strength,
    });

  it.each(placements)(
    'an authorizer in $authorizerPlace serves APIs in $apiPlace, and nothing waits for itself',
    (placement) => {
      const app = withSettings();
      const places = newStacks(app);
      for (const stack of Object.values(places)) new CfnOutput(stack, 'Some', { value: 'output' });
      const authorizer = new BearerAuthorizer(places[placement.authorizerPlace], 'Authorizer', settings);
      addApis(places[placement.apiPlace], authorizer);
      const stacks = stacksOf(app.synth());
      expect(faultsIn(stacks)).toEqual([]);
      const apiStack = resourcesOf(stacks, 'AWS::ApiGateway::RestApi')[0]?.stack.name;
      const authorizers = resourcesOf(stacks, 'AWS::ApiGateway::Authorizer');
      expect(authorizers.map(({ stack }) => stack.name)).toEqual([apiStack, apiStack, apiStack]);
      const ofHttpApis = resourcesOf(stacks, 'AWS::ApiGatewayV2::Authorizer');
      expect(ofHttpApis.map(({ stack }) => stack.name)).toEqual([apiStack, apiStack]);
      expect(permissionsFor(stacks).map(({ stack }) => stack.name)).toEqual(Array(6).fill(apiStack));
      expect(flushedBy(stacks).map((text) => text.match(/stageName/g)?.length)).toEqual([6, 6]);
      // Of two functions, and of the stage $default in two spellings.
      expect(flushGrants(stacks)).toBe(14);
    },
  );

  it.each(placements)(
    'a change of cachePer by an authorizer in $authorizerPlace keeps the permissions of APIs in $apiPlace, whose stages need them until and while they change',
    (placement) => {
      const permissionsOf = (cachePer: CacheKey) => {
        const app = withSettings();
        const places = newStacks(app);
        for (const stack of Object.values(places)) new CfnOutput(stack, 'Some', { value: 'output' });
        const here = places[placement.authorizerPlace];
        addApis(places[placement.apiPlace], new BearerAuthorizer(here, 'Authorizer', { ...settings, cachePer }));
        return permissionsFor(stacksOf(app.synth())).map(({ stack, ...placed }) => ({ ...placed, stack: stack.name }));
      };
      const permissions = permissionsOf('token');
      expect(permissions).toHaveLength(6);
      expect(permissionsOf('route')).toEqual(permissions);
    },
  );

  it('an API that exists before the authorizer is served from another stack', () => {
    const app = withSettings();
    const { first, second } = newStacks(app);
    const api = new RestApi(first, 'Api');
    const authorizer = new BearerAuthorizer(second, 'Authorizer', settings);
    addMethods(api, authorizer.forApi(api));
    first.addDependency(second);
    expect(faultsIn(stacksOf(app.synth()))).toEqual([]);
  });

  it('an API that the authorizer’s stack imports needs nothing in the API’s stack, and its stage is passed without SSM', () => {
    const app = withSettings();
    const { first, second } = newStacks(app);
    const api = new RestApi(second, 'Api');
    api.root.addMethod('OPTIONS');
    addMethods(importedInto(first, api), new BearerAuthorizer(first, 'Authorizer', settings));
    const stacks = stacksOf(app.synth());
    expect(faultsIn(stacks)).toEqual([]);
    expect(resourcesOf(stacks, 'AWS::SSM::Parameter')).toEqual([]);
    expect(flushGrants(stacks)).toBe(2);
  });

  it.each(['before', 'after'])('a stage of such an imported API is added by name, %s the methods', (order) => {
    const app = withSettings();
    const { first, second } = newStacks(app);
    const api = new RestApi(second, 'Api');
    api.root.addMethod('OPTIONS');
    const authorizer = new BearerAuthorizer(first, 'Authorizer', settings);
    const addStage = () => authorizer.addStage({ restApiId: api.restApiId, stageName: 'beta' });
    if (order === 'before') addStage();
    addMethods(importedInto(first, api), authorizer);
    if (order === 'after') addStage();
    const stacks = stacksOf(app.synth());
    expect(faultsIn(stacks)).toEqual([]);
    expect(resourcesOf(stacks, 'AWS::SSM::Parameter')).toEqual([]);
    expect(flushedBy(stacks).map((text) => text.match(/stageName/g)?.length)).toEqual([2, 2]);
    expect(flushGrants(stacks)).toBe(4);
  });

  it('methods in both stacks of such an imported API are rejected, and the error says what to move', () => {
    const app = withSettings();
    const { first, second } = newStacks(app);
    const api = new RestApi(second, 'Api');
    const authorizer = new BearerAuthorizer(first, 'Authorizer', settings);
    const attached = authorizer.forApi(importedInto(first, api));
    addMethods(api, attached);
    expect(() => app.synth()).toThrow(
      /waits for the API in turn \(.+\): move the BearerAuthorizer to the stack second, or/,
    );
  });

  it('an authorizer whose stack already waits for the API is rejected, and the error says what to move', () => {
    const app = withSettings();
    const { first, second } = newStacks(app);
    const api = new RestApi(second, 'Api');
    const authorizer = new BearerAuthorizer(first, 'Authorizer', settings);
    addMethods(api, authorizer);
    first.addDependency(second);
    expect(() => app.synth()).toThrow(
      /^The API second\/Api uses the authorizer first\/Authorizer, which waits for the API in turn \(second waits for first waits for second\): move the BearerAuthorizer to the stack second, or what it waits for to a third one\.$/,
    );
  });

  it('an authorizer whose settings name the API of another stack is rejected too', () => {
    const app = withSettings();
    const { first, nested } = newStacks(app);
    const api = new RestApi(nested, 'Api');
    const issuers = { main: { ...issuer, audiences: [api.restApiId] } };
    addMethods(api, new BearerAuthorizer(first, 'Authorizer', { ...settings, issuers }));
    expect(() => app.synth()).toThrow(/^The API first\/Nested\/Api uses the authorizer first\/Authorizer, which waits/);
  });

  it('a stage whose name only its deployment knows is rejected if the flusher is in another stack', () => {
    const app = withSettings();
    const { first, second } = newStacks(app);
    const stageName = new CfnParameter(second, 'StageName').valueAsString;
    const api = new RestApi(second, 'Api', { deployOptions: { stageName } });
    addMethods(api, new BearerAuthorizer(first, 'Authorizer', settings));
    expect(() => app.synth()).toThrow(
      /^The stage second\/Api\/DeploymentStage\.\S+ has a name that only its deployment/,
    );
  });

  it('without a flusher no stage is passed on', () => {
    const app = withSettings();
    const { sibling, second } = newStacks(app);
    addApis(sibling, new BearerAuthorizer(second, 'Authorizer', { ...settings, flush: false }));
    const stacks = stacksOf(app.synth());
    expect(faultsIn(stacks)).toEqual([]);
    expect(resourcesOf(stacks, 'AWS::SSM::Parameter')).toEqual([]);
  });
});

it('an API in another Region is rejected', () => {
  const app = newApp();
  const here = new Stack(app, 'here', { env: { account: '123456789012', region: 'eu-west-1' } });
  const there = new Stack(app, 'there', { env: { account: '123456789012', region: 'us-east-1' } });
  const authorizer = new BearerAuthorizer(here, 'Authorizer', settings);
  expect(() => authorizer.forApi(new RestApi(there, 'Api'))).toThrow(
    "The API there/Api is in aws://123456789012/us-east-1 and the authorizer here/Authorizer in aws://123456789012/eu-west-1: create a BearerAuthorizer of its own in the API's stack.",
  );
});
