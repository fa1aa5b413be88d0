import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { auth0 } from '../../../infra/issuers/auth0.ts';
import { keycloak } from '../../../infra/issuers/keycloak.ts';
import { auth0Signals } from '../../../infra/senders/auth0-signals.ts';
import { backchannelLogout } from '../../../infra/senders/backchannel-logout.ts';
import { cognitoSignals } from '../../../infra/senders/cognito-signals.ts';
import { keycloakSignals } from '../../../infra/senders/keycloak-signals.ts';
import { oktaSignals } from '../../../infra/senders/okta-signals.ts';
import { ssf } from '../../../infra/senders/ssf.ts';
import { tokenRevocation } from '../../../infra/senders/token-revocation.ts';
import type { SignalSource } from '../../../infra/settings/signal-schema.ts';

const tenant = { domain: 'acme.eu.auth0.com', clientIds: ['web'] } as const;
const realm = { url: 'https://sso.acme.example', realm: 'shop', clientIds: ['web'] } as const;
const digest = 'ab'.repeat(32);

describe('a preset of a sender', () => {
  it('names the issuer and the key set that the preset of the same provider names for tokens', () => {
    const audience = 'https://api.acme.example';
    const tokens = auth0({ domain: tenant.domain, audience });
    expect(auth0Signals(tenant)).toMatchObject({ issuer: tokens.issuer, jwksUri: tokens.jwksUri });
    const { issuer, jwksUri } = keycloak({ url: realm.url, realm: realm.realm, audience });
    expect(keycloakSignals(realm)).toMatchObject({ issuer, jwksUri });
  });

  it('takes the organisation, not an authorization server of it, as the sender of signals of Okta', () => {
    expect(oktaSignals({ domain: 'acme.okta.com', audience: 'https://api.acme.example' })).toMatchObject({
      issuer: 'https://acme.okta.com',
      jwksUri: 'https://acme.okta.com/oauth2/v1/keys',
    });
  });

  it('finds the key set by discovery where none is written', () => {
    expect(backchannelLogout({ issuer: 'https://login.acme.example', clientIds: ['web'] })).toMatchObject({
      jwksUri: null,
    });
    expect(ssf({ issuer: 'https://ssf.acme.example', audience: 'api' })).toMatchObject({ jwksUri: null });
  });

  it('accepts the messages that its options name and no other', () => {
    const kindsOf = (source: SignalSource) => (source.kind === 'sender' ? Object.keys(source.messages) : []);
    expect(kindsOf(auth0Signals(tenant))).toEqual(['backchannel-logout']);
    expect(kindsOf(keycloakSignals(realm))).toEqual(['backchannel-logout']);
    expect(kindsOf(keycloakSignals({ ...realm, ssf: { audience: 'api' } }))).toEqual([
      'backchannel-logout',
      'security-event',
    ]);
    const organisation = { domain: 'acme.okta.com' } as const;
    expect(kindsOf(oktaSignals({ ...organisation, audience: 'api' }))).toEqual(['security-event']);
    expect(kindsOf(oktaSignals({ ...organisation, universalLogout: true }))).toEqual(['global-token-revocation']);
    expect(kindsOf(ssf({ issuer: 'https://ssf.acme.example', audience: 'api' }))).toEqual(['security-event']);
  });

  it('asks logout tokens for a client id, and security events for their type and the audience of the stream', () => {
    expect(backchannelLogout({ issuer: 'https://login.acme.example', clientIds: ['web', 'app'] }).messages).toEqual({
      'backchannel-logout': { audiences: ['web', 'app'], tokenTypes: ['logout+jwt', 'JWT', null], maxAge: 600 },
    });
    const stream = { issuer: 'https://ssf.acme.example', audience: 'api', authorizationDigest: digest };
    expect(ssf({ ...stream, maxAge: Duration.hours(1) }).messages).toEqual({
      'security-event': {
        audiences: ['api'],
        tokenTypes: ['secevent+jwt'],
        maxAge: 3600,
        authorizationDigest: digest,
      },
    });
    expect(ssf({ ...stream, acceptUntyped: true }).messages['security-event']?.tokenTypes).toContain(null);
  });

  it('accepts security events for seven days, unless told otherwise', () => {
    const { messages } = ssf({ issuer: 'https://ssf.acme.example', audience: 'api' });
    expect(messages['security-event']?.maxAge).toBe(7 * 86_400);
  });

  it('knows whose access tokens carry the session of logout tokens', () => {
    expect(keycloakSignals(realm).namesSessions).toBe(true);
    expect(backchannelLogout({ issuer: 'https://login.acme.example', clientIds: ['web'] }).namesSessions).toBe(true);
    expect(auth0Signals(tenant).namesSessions).toBe(false);
    expect(auth0Signals({ ...tenant, namesSessions: true }).namesSessions).toBe(true);
    expect(oktaSignals({ domain: 'acme.okta.com', universalLogout: true }).namesSessions).toBe(false);
    expect(ssf({ issuer: 'https://ssf.acme.example', audience: 'api' }).namesSessions).toBe(false);
  });

  it('lets sign-outs share a flush and flushes security events at once, unless told otherwise', () => {
    const paces = [
      auth0Signals(tenant),
      keycloakSignals(realm),
      tokenRevocation(),
      oktaSignals({ domain: 'acme.okta.com', universalLogout: true }),
      ssf({ issuer: 'https://ssf.acme.example', audience: 'api' }),
      cognitoSignals({ userPoolId: 'eu-central-1_AbCdEfGhI', trail: 'exists' }),
    ].map(({ flush }) => flush);
    expect(paces).toEqual(['shared', 'shared', 'shared', 'at-once', 'at-once', 'at-once']);
    expect(auth0Signals({ ...tenant, flush: 'at-once' }).flush).toBe('at-once');
    expect(tokenRevocation({ flush: 'never' }).flush).toBe('never');
  });

  it('hands on whose tokens the signals revoke, and how long silence is normal', () => {
    const common = { tokensOf: 'main', silentAfter: Duration.hours(6) };
    for (const source of [
      auth0Signals({ ...tenant, ...common }),
      cognitoSignals({ userPoolId: 'eu-central-1_AbCdEfGhI', trail: 'create', ...common }),
    ]) {
      expect(source).toMatchObject(common);
    }
    expect(auth0Signals(tenant)).not.toHaveProperty('tokensOf');
  });
});

describe('an option that cannot work', () => {
  it.each<readonly [problem: string, make: () => SignalSource, sentence: string]>([
    [
      'no client id',
      () => auth0Signals({ domain: 'acme.eu.auth0.com', clientIds: [] }),
      'auth0Signals: clientIds is []: name the clients, by their ids, for which the provider sends logout tokens.',
    ],
    [
      'an address as domain',
      () => auth0Signals({ domain: 'https://acme.eu.auth0.com', clientIds: ['web'] }),
      'auth0Signals: domain is "https://acme.eu.auth0.com": write the host name alone, in lower case as tokens have it, such as login.example.com.',
    ],
    [
      'plain http',
      () => backchannelLogout({ issuer: 'http://login.acme.example', clientIds: ['web'] }),
      'backchannelLogout: issuer is "http://login.acme.example": write an https address without query or fragment, such as https://login.example.com/ (http only on loopback).',
    ],
    [
      'neither kind of signal at Okta',
      () => oktaSignals({ domain: 'acme.okta.com' }),
      'oktaSignals: audience is missing: write it, or universalLogout: true, or both.',
    ],
    [
      'the header in place of its digest',
      () => ssf({ issuer: 'https://ssf.acme.example', audience: 'api', authorizationDigest: 'Bearer abc' }),
      'ssf: authorizationDigest is "Bearer abc": write the SHA-256 of the whole Authorization header, in 64 lower-case hexadecimal digits, and never the header itself.',
    ],
    [
      'an empty audience',
      () => ssf({ issuer: 'https://ssf.acme.example', audience: '' }),
      'ssf: audience is "": name the `aud` that the sender writes into its messages.',
    ],
    [
      'a stream without an audience',
      () => keycloakSignals({ ...realm, ssf: {} as never }),
      'keycloakSignals: ssf is {}: in audience, name the `aud` that the sender writes into its messages.',
    ],
    [
      'silence of ninety minutes',
      () => auth0Signals({ ...tenant, silentAfter: Duration.minutes(90) }),
      'auth0Signals: silentAfter is 1 hour 30 minutes: write whole hours, from Duration.hours(1) to Duration.hours(24).',
    ],
    [
      'silence of two days',
      () => auth0Signals({ ...tenant, silentAfter: Duration.days(2) }),
      'auth0Signals: silentAfter is 2 days: write whole hours, from Duration.hours(1) to Duration.hours(24).',
    ],
    [
      'no word on the trail',
      () => cognitoSignals({ userPoolId: 'eu-central-1_AbCdEfGhI' } as never),
      "cognitoSignals: trail is missing: write only 'create', 'exists'.",
    ],
    [
      'an origin with a path',
      () => tokenRevocation({ corsOrigins: ['https://app.acme.example/'] }),
      'tokenRevocation: corsOrigins is ["https://app.acme.example/"]: write origins as browsers do, without a path (https://app.example.com), or \'*\' alone.',
    ],
  ])('is rejected by name: %s', (_problem, make, sentence) => {
    expect(make).toThrow(sentence);
  });
});
