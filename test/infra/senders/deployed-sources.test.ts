import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { checkDeployment } from '../../../infra/deployment-check.ts';
import { deployedSources } from '../../../infra/senders/deployed-sources.ts';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { soundDeployment } from '../../support/cdk/test-app.ts';
import { clients, organisation, provider } from '../../support/signals/signal-sources.ts';

const withPool: Deployment = { ...soundDeployment, issuers: {} };
const flushEvery = Duration.seconds(60);

describe('the sources of a deployment', () => {
  it('are those that it names, in a stack that makes no user pool', () => {
    expect(deployedSources({ ...soundDeployment, signals: { provider } }, undefined)).toEqual({ provider });
    expect(deployedSources(soundDeployment, undefined)).toBeUndefined();
  });

  it.each<[string, Partial<Deployment>, object | undefined]>([
    ['a pool with a trail of its own', {}, { cognito: { kind: 'cognito', trail: 'create', flush: 'at-once' } }],
    ['a pool with a trail of the account', { cognitoTrail: 'exists' }, { cognito: { trail: 'exists' } }],
    ['no pool', { cognitoTrail: 'none' }, undefined],
    ['no pool where entries of users are not read', { revocationLevels: ['token'] }, undefined],
    ['the pool besides others', { signals: { app: clients } }, { app: clients, cognito: { trail: 'create' } }],
    ['the others alone', { signals: { app: clients }, cognitoTrail: 'none' }, { app: clients }],
  ])('are %s, in a stack that makes one: %j', (_what, options, expected) => {
    const sources = deployedSources({ ...withPool, ...options }, 'eu-central-1_AbCdEfGhI');
    if (expected === undefined) expect(sources).toBeUndefined();
    else expect(sources).toMatchObject(expected);
    expect(Object.keys(sources ?? {}).toSorted()).toEqual(Object.keys(expected ?? {}).toSorted());
  });
});

describe('a deployment with signals', () => {
  it.each<[string, Deployment]>([
    ['one source', { ...soundDeployment, signals: { provider } }],
    ['options for its sources', { ...soundDeployment, signals: { provider }, signalOptions: { flushEvery } }],
    ['a pool of its own, and options', { ...withPool, signalOptions: { flushEvery } }],
    ['a pool of its own, and the trail of the account', { ...withPool, cognitoTrail: 'exists' }],
  ])('is accepted with %s', (_with, deployment) => {
    expect(() => checkDeployment(deployment)).not.toThrow();
  });

  it.each<[string, Deployment, string]>([
    [
      'two sources with one issuer',
      { ...soundDeployment, signals: { one: provider, two: provider } },
      'signals.one and signals.two are both "https://login.example.com/": keep one',
    ],
    [
      'no source',
      { ...soundDeployment, signals: {} },
      'signals is {}: name at least one source, or leave signals out.',
    ],
    [
      'a level that is not read',
      { ...soundDeployment, revocationLevels: ['token'], signals: { okta: organisation } },
      'revocationLevels is ["token"]: add \'subject\', at which signals.okta writes entries, or leave the source out.',
    ],
    [
      'a wrong option',
      { ...soundDeployment, signals: { provider }, signalOptions: { flushEvery: Duration.seconds(1) } },
      'in flushEvery, write Duration.seconds(5) to Duration.seconds(240).',
    ],
    [
      'options for nothing',
      { ...soundDeployment, signalOptions: { flushEvery } },
      'leave it out, or name the sources of signals in signals.',
    ],
    [
      'options for a pool that is no source',
      { ...withPool, cognitoTrail: 'none', signalOptions: { flushEvery } },
      'leave it out, or name the sources of signals in signals.',
    ],
    [
      'a trail for nothing',
      { ...soundDeployment, cognitoTrail: 'create' },
      'cognitoTrail is "create": leave it out, because the stack makes a user pool only where issuers is {}; cognitoSignals has its own trail.',
    ],
    [
      'an unknown trail',
      { ...withPool, cognitoTrail: 'maybe' as 'none' },
      "cognitoTrail is \"maybe\": write only 'create', 'exists', 'none'.",
    ],
    [
      'a second source with the name of its own pool',
      { ...withPool, signals: { cognito: provider } },
      "signals.cognito is the name of the stack's own user pool: leave the source out, and write cognitoTrail for that pool",
    ],
  ])('is rejected with %s', (_with, deployment, sentence) => {
    expect(() => checkDeployment(deployment)).toThrow(sentence);
  });
});
