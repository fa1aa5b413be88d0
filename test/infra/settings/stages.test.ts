import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { DeploymentError, RouteTableError } from '../../../infra/errors.ts';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { inStage, stacksOf } from '../../../infra/settings/stages.ts';
import { soundDeployment } from '../../support/cdk/test-app.ts';

const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/revocations';
const existing = { tableArn: arn, tableStreamArn: `${arn}/stream/2026-11-22T00:00:00.000` };

function stagesOf(stages: unknown, shared: Partial<Deployment> = {}): Deployment {
  return { ...soundDeployment, ...shared, stages } as Deployment;
}

function namesOf(deployment: Deployment, only?: string): readonly string[] {
  return stacksOf(deployment, only).map(({ stackName }) => stackName);
}

describe('a deployment without stages', () => {
  it('is one stack with the name that deployed stacks have, so that its table stays', () => {
    expect(stacksOf(soundDeployment)).toEqual([
      { stackName: 'bearer-authorizer', stage: undefined, settings: soundDeployment, isNamed: false },
    ]);
  });

  it('has the name that it gives', () => {
    expect(namesOf({ ...soundDeployment, stackName: 'orders' })).toEqual(['orders']);
  });

  it('has no stage to choose', () => {
    expect(() => stacksOf(soundDeployment, 'prod')).toThrow(
      new DeploymentError('The stage "prod" was chosen, and the deployment has no stages: leave the choice out.'),
    );
  });
});

describe('a deployment with stages', () => {
  const deployment = stagesOf({
    dev: { resultTtl: Duration.seconds(5) },
    prod: { alarmEmail: 'on-call@acme.example', stackName: 'bearer-authorizer' },
    'eu-2': {},
  });

  it('is a stack for each stage, and one of them can keep the name and so the table of a stack deployed before', () => {
    expect(namesOf(deployment)).toEqual(['bearer-authorizer-dev', 'bearer-authorizer', 'bearer-authorizer-eu-2']);
    expect(stacksOf(deployment).map(({ isNamed }) => isNamed)).toEqual([false, true, false]);
  });

  it('names stacks after its own name', () => {
    expect(namesOf(stagesOf({ dev: {}, prod: {} }, { stackName: 'orders' }))).toEqual(['orders-dev', 'orders-prod']);
  });

  it('shares the settings that a stage does not set itself', () => {
    const [dev, prod] = stacksOf(deployment);
    expect(dev?.settings).toEqual({ ...soundDeployment, resultTtl: Duration.seconds(5) });
    expect(prod?.settings).toMatchObject({ resultTtl: soundDeployment.resultTtl, alarmEmail: 'on-call@acme.example' });
    expect(prod?.settings).not.toHaveProperty('stages');
  });

  it('makes the one stack that is chosen', () => {
    expect(namesOf(deployment, 'prod')).toEqual(['bearer-authorizer']);
  });

  it('may give stages different tables, and two stages one table if no more than one flushes', () => {
    const flush = { dev: { flush: false }, prod: {} };
    expect(namesOf(stagesOf(flush, { revocationTable: existing }))).toHaveLength(2);
    const other = { ...existing, tableArn: `${arn}-dev` };
    expect(namesOf(stagesOf({ dev: { revocationTable: other }, prod: { revocationTable: existing } }))).toHaveLength(2);
  });
});

describe('wrong stages', () => {
  it.each<[Deployment, string]>([
    [stagesOf([]), 'stages is []: write an object of settings by stage: { dev: { … }, prod: { … } }.'],
    [stagesOf({}), 'stages is {}: write an object of settings by stage: { dev: { … }, prod: { … } }.'],
    [
      stagesOf({ 'a b': {} }),
      'stages is {"a b":{}}: name stages by letters, digits and -, at most 32 and a letter first.',
    ],
    [stagesOf({ prod: 7 }), 'stages.prod is 7: write an object: { … }.'],
    [stagesOf({ prod: { stages: {} } }), 'stages.prod has a field "stages": a stage has no stages of its own.'],
    [
      stagesOf({ prod: { stackName: 'a b' } }),
      'stages.prod: stackName is "a b": write letters, digits and -, at most 128 and a letter first.',
    ],
    [
      stagesOf({ prod: {} }, { stackName: 's'.repeat(128) }),
      `stages.prod: stackName is "${'s'.repeat(78)}…: write letters, digits and -, at most 128 and a letter first.`,
    ],
    [
      { ...soundDeployment, stackName: 7 } as never,
      'stackName is 7: write letters, digits and -, at most 128 and a letter first.',
    ],
    [
      stagesOf({ dev: { stackName: 'orders' }, prod: { stackName: 'orders' } }),
      'stages.dev and stages.prod are both the stack orders: give each a name of its own.',
    ],
    [
      stagesOf({ dev: {}, Dev: {} }),
      'stages.dev and stages.Dev are the stacks bearer-authorizer-dev and bearer-authorizer-Dev, which differ in case only: give each a ' +
        'name of its own.',
    ],
    [
      stagesOf({ dev: {}, prod: {} }, { revocationTable: existing }),
      'stages.dev and stages.prod have the same revocationTable: give each its own, because one entry would revoke in both and four ' +
        "functions would read the table's stream, which serves two.",
    ],
  ])('are named in one sentence: %#', (deployment, sentence) => {
    expect(() => stacksOf(deployment)).toThrow(new DeploymentError(sentence));
  });

  it.each(['prd', 'constructor'])('a choice of a stage that is not there names those that are: %s', (choice) => {
    expect(() => stacksOf(stagesOf({ dev: {}, prod: {} }), choice)).toThrow(
      new DeploymentError(`The stage "${choice}" is not one of stages: choose dev, prod.`),
    );
  });
});

describe('a mistake that is found while the stack of a stage is made', () => {
  const failing = (error: Error) => () => {
    throw error;
  };

  it.each([new DeploymentError('realm is 7: write …'), new RouteTableError('realm is 7: write …')])(
    'begins with the stage',
    (error) => {
      expect(() => inStage('prod', failing(error))).toThrow(new DeploymentError('stages.prod: realm is 7: write …'));
      expect(() => inStage(undefined, failing(error))).toThrow(error);
    },
  );

  it('is left as it is where it is not of the settings', () => {
    const error = new TypeError('x is not a function');
    expect(() => inStage('prod', failing(error))).toThrow(error);
  });
});
