import { Duration } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SignalOptions } from '../../../infra/settings/signal-options.ts';
import { DESCRIPTION_KEY } from '../../../lambda/configuration/authorizer-description.ts';
import type { SignalsDescription } from '../../../lambda/configuration/signals-environment.ts';
import {
  clients,
  everySource,
  organisation,
  pool,
  provider,
  signalIssuers,
} from '../../support/signals/signal-sources.ts';
import { signalsStack } from '../../support/signals/signals-stack.ts';

function functionIn(template: Template) {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  const found = functions.find(([id]) => id.startsWith('SignalsFunction'));
  if (found === undefined) throw new Error('The template has no receiver of signals.');
  return found[1];
}

/** The description in the function's metadata. Values that only CloudFormation knows read `…`. */
function descriptionIn(template: Template): SignalsDescription {
  const {
    'Fn::Join': [, parts],
  } = functionIn(template).Metadata[DESCRIPTION_KEY];
  return JSON.parse((parts as readonly unknown[]).map((part) => (typeof part === 'string' ? part : '…')).join(''));
}

describe('a receiver of signals with every kind of source', () => {
  let template: Template;
  let parts: ReturnType<typeof signalsStack>;
  beforeAll(() => {
    const silentAfter = Duration.hours(2);
    parts = signalsStack({
      sources: { ...everySource, provider: { ...provider, silentAfter } },
    });
    template = parts.template();
  });

  it('has a function of 10 seconds and 512 MiB, with no concurrency reserved', () => {
    const { Properties } = functionIn(template);
    expect(Properties).toMatchObject({ Timeout: 10, MemorySize: 512, Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('tells the function only what the deployment knows: the rest is in its asset', () => {
    const { Variables } = functionIn(template).Properties.Environment;
    expect(Object.keys(Variables)).toEqual(['SIGNALS_VALUES']);
    expect(JSON.stringify(Variables)).not.toContain('login.example.com');
    expect(JSON.stringify(Variables)).toContain('"Ref":"SignalsTable');
  });

  it('has a table of its own, on demand, whose records expire, and which goes with the stack', () => {
    const [, table] =
      Object.entries(template.findResources('AWS::DynamoDB::Table')).find(([id]) => /^Signals/.test(id)) ?? [];
    expect(table).toMatchObject({
      Properties: {
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'purgeAt', Enabled: true },
      },
      DeletionPolicy: 'Delete',
    });
    expect(table?.Properties).not.toHaveProperty('StreamSpecification');
  });

  it('describes itself to the operator’s tool', () => {
    const description = descriptionIn(template);
    expect(description).toMatchObject({
      endpoints: ['revoke', 'backchannel-logout', 'events', 'global-token-revocation'],
      path: '/signals',
      silentAfter: { provider: 7200 },
      configuration: {
        issuers: [{ alias: 'main' }, { alias: 'pool' }],
        revocationLevels: ['token', 'session', 'subject', 'client', 'key', 'issuer'],
        senders: [
          {
            name: 'provider',
            issuerAlias: 'main',
            pace: 'shared',
            jwksUri: null,
            subjectIssuers: ['https://login.example.com/'],
            messages: provider.messages,
          },
          {
            name: 'okta',
            issuerAlias: 'main',
            pace: 'at-once',
            subjectIssuers: ['https://acme.okta.com', 'https://login.example.com/'],
          },
        ],
        cognito: [{ name: 'pool', issuerAlias: 'pool', pace: 'at-once', userPoolId: pool.userPoolId }],
        tokenRevocation: { name: 'app', pace: 'shared', corsOrigins: ['https://app.example.com'] },
        sharedFlush: { every: 30 },
      },
    });
  });

  it('tells nobody what is a setting of the stack, not of the sender', () => {
    const [sender] = descriptionIn(template).configuration.senders;
    expect(sender).toHaveProperty('issuer');
    for (const name of ['kind', 'flush', 'tokensOf', 'silentAfter']) expect(sender).not.toHaveProperty(name);
  });

  it('returns the address of each endpoint', () => {
    const address = parts.stack.resolve(parts.addresses.events);
    expect(JSON.stringify(address)).toMatch(/"https:\/\/".*"\.execute-api\.".*\/signals\/events"/);
    expect(Object.keys(parts.addresses)).toEqual([...parts.signals.endpoints]);
  });

  it('has a logical id by which the tool finds its description', () => {
    expect(functionIn(template)).toBeDefined();
    const id = parts.stack.resolve(parts.signals.logicalId);
    expect(template.findResources('AWS::Lambda::Function')).toHaveProperty(id);
  });
});

describe('the sources decide what there is', () => {
  it('a Cognito pool alone needs no endpoint, no permission for an API, and no path', () => {
    const { signals, addresses, template } = signalsStack({ sources: { pool } });
    expect(signals.endpoints).toEqual([]);
    expect(addresses).toEqual({});
    const permissions = Object.keys(template().findResources('AWS::Lambda::Permission'));
    expect(permissions.filter((id) => id.includes('signals'))).toEqual([]);
  });

  it('sources that share no flush need no queue', () => {
    const { template } = signalsStack({ sources: { okta: organisation } });
    template().resourceCountIs('AWS::SQS::Queue', 0);
    expect(descriptionIn(template()).configuration).not.toHaveProperty('sharedFlush');
  });

  it('without endpoints of an API, the description has no path', () => {
    const { template } = signalsStack({ sources: { pool } });
    expect(descriptionIn(template())).not.toHaveProperty('path');
  });
});

it('a sender that is no issuer of the deployment makes synth warn', () => {
  const { tokensOf: _, ...stranger } = organisation;
  const settings = { issuers: { main: signalIssuers.main } };
  const { stack } = signalsStack({ sources: { okta: stranger, provider }, settings });
  Annotations.fromStack(stack).hasWarning(
    '/team/Signals',
    Match.stringLikeRegexp(
      '^signals.okta has the issuer "https://acme.okta.com", and the issuers of the deployment are main',
    ),
  );
});

describe('an authorizer without a flusher', () => {
  const settings = { flush: false };

  it('makes every pace `never`, without a queue, and synth says so', () => {
    const { stack, template } = signalsStack({ sources: { provider, app: clients, okta: organisation }, settings });
    template().resourceCountIs('AWS::SQS::Queue', 0);
    const { senders, tokenRevocation } = descriptionIn(template()).configuration;
    expect([...senders, tokenRevocation].map((source) => source?.pace)).toEqual(['never', 'never', 'never']);
    Annotations.fromStack(stack).hasWarning(
      '/team/Signals',
      Match.stringLikeRegexp(
        'signals.provider.flush and signals.app.flush is .shared., but the authorizer has flush: false',
      ),
    );
  });

  it('needs no warning where every source says `never` itself', () => {
    const { stack } = signalsStack({ sources: { app: { ...clients, flush: 'never' } }, settings });
    Annotations.fromStack(stack).hasNoWarning('/team/Signals', Match.anyValue());
  });
});

describe('an option', () => {
  it('reserves concurrency', () => {
    const { template } = signalsStack({ sources: { app: clients }, options: { reservedConcurrency: 5 } });
    expect(functionIn(template()).Properties.ReservedConcurrentExecutions).toBe(5);
  });

  it.each<[object, string]>([
    [
      { flushEvery: Duration.seconds(4) },
      'flushEvery is 4 seconds: write Duration.seconds(5) to Duration.seconds(240).',
    ],
    [
      { flushEvery: Duration.seconds(241) },
      'flushEvery is 4 minutes 1 second: write Duration.seconds(5) to Duration.seconds(240).',
    ],
    [{ flushEvery: 30 }, 'flushEvery is 30: write Duration.seconds(5) to Duration.seconds(240).'],
    [{ reservedConcurrency: 0 }, 'reservedConcurrency is 0: write a whole number from 1.'],
    [{ throttle: { rate: 1 } }, 'throttle is {"rate":1}: in burst, write a whole number of requests.'],
    [{ throtle: 1 }, 'RevocationSignals has a field "throtle"'],
  ])('that is wrong is named: %j', (options, sentence) => {
    expect(() => signalsStack({ sources: { app: clients }, options: options as SignalOptions })).toThrow(sentence);
  });
});
