import { Duration, Lazy } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { auth0Signals } from '../../../infra/senders/auth0-signals.ts';
import { backchannelLogout } from '../../../infra/senders/backchannel-logout.ts';
import { cognitoSignals } from '../../../infra/senders/cognito-signals.ts';
import { keycloakSignals } from '../../../infra/senders/keycloak-signals.ts';
import { oktaSignals } from '../../../infra/senders/okta-signals.ts';
import type { SignalSources } from '../../../infra/senders/resolved-sources.ts';
import {
  checkSources,
  type SourceSurroundings,
  strangersWarning,
  unflushedWarning,
} from '../../../infra/senders/signal-check.ts';
import { ssf } from '../../../infra/senders/ssf.ts';
import { tokenRevocation } from '../../../infra/senders/token-revocation.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';

const auth0 = auth0Signals({ domain: 'acme.eu.auth0.com', clientIds: ['web'] });
const keycloak = keycloakSignals({ url: 'https://sso.acme.example', realm: 'shop', clientIds: ['web'] });
const stream = ssf({ issuer: 'https://ssf.acme.example', audience: 'api' });
const pool = cognitoSignals({ userPoolId: 'eu-central-1_AbCdEfGhI', trail: 'exists' });

const main = { alias: 'main', issuer: 'https://acme.eu.auth0.com/' };
const shop = { alias: 'shop', issuer: 'https://sso.acme.example/realms/shop' };
const cognito = {
  alias: 'cognito',
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
};

const surroundings: SourceSurroundings = { issuers: [main], revocationLevels: REVOCATION_LEVELS, flush: true };

describe('sources that can work', () => {
  it.each<readonly [name: string, sources: SignalSources, issuers: SourceSurroundings['issuers']]>([
    ['one of each kind', { a: auth0, b: pool, c: tokenRevocation() }, [main, cognito]],
    ['every preset of a signed message', { a: auth0, k: keycloak, s: { ...stream, tokensOf: 'main' } }, [main, shop]],
    [
      'a provider on loopback',
      { a: backchannelLogout({ issuer: 'http://localhost:4000', clientIds: ['web'] }) },
      [main],
    ],
  ])('are accepted: %s', (_name, sources, issuers) => {
    expect(() => checkSources(sources, { ...surroundings, issuers })).not.toThrow();
  });
});

/** What cannot work -> the sources, the sentence that says so, and what is unusual around them. */
type Problem = readonly [problem: string, sources: unknown, sentence: string, around?: Partial<SourceSurroundings>];

const PROBLEMS: readonly Problem[] = [
  ['no object', [1], 'signals is [1]: write an object of sources by name: { main: auth0Signals({ … }) }.'],
  ['none', {}, 'signals is {}: name at least one source, or leave signals out.'],
  [
    'a name in capitals',
    { Auth0: auth0 },
    'signals has the source "Auth0": write 1 to 16 lower-case letters, digits and hyphens.',
  ],
  [
    'a name that is too long',
    { 'a-name-of-17-char': auth0 },
    'signals has the source "a-name-of-17-char": write 1 to 16 lower-case letters, digits and hyphens.',
  ],
  [
    'an issuer in place of a source',
    { a: { issuer: 'https://acme.eu.auth0.com/' } },
    'signals.a is {"issuer":"https://acme.eu.auth0.com/"}: write what a preset returns, such as auth0Signals({ … }).',
  ],
  [
    'a kind from the prototype',
    { a: { kind: 'toString' } },
    'signals.a is {"kind":"toString"}: write what a preset returns, such as auth0Signals({ … }).',
  ],
  [
    'a function',
    { a: auth0Signals },
    'signals.a is missing: write what a preset returns, such as auth0Signals({ … }).',
  ],
  [
    'a misspelt field',
    { a: { ...auth0, clockTolerence: 5 } },
    'signals.a has a field "clockTolerence": write only kind, issuer, jwksUri, algorithms, clockTolerance, messages, namesSessions, flush, tokensOf, silentAfter (did you mean clockTolerance?).',
  ],
  [
    'plain http',
    { a: { ...auth0, issuer: 'http://acme.eu.auth0.com/' } },
    'signals.a.issuer is "http://acme.eu.auth0.com/": write an https address without query or fragment, such as https://login.example.com/ (http only on loopback).',
  ],
  [
    'a key set by plain http',
    { a: { ...auth0, jwksUri: 'http://acme.eu.auth0.com/keys' } },
    'signals.a.jwksUri is "http://acme.eu.auth0.com/keys": write an https address without fragment, such as https://login.example.com/keys (http only on loopback).',
  ],
  [
    'an algorithm with a shared secret',
    { a: { ...auth0, algorithms: ['HS256'] } },
    'signals.a.algorithms is ["HS256"]: name only RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, because with HS* anyone who can verify a token can also make one.',
  ],
  [
    'no message',
    { a: { ...auth0, messages: {} } },
    'signals.a.messages is {}: name at least one of backchannel-logout, security-event, global-token-revocation.',
  ],
  [
    'no audience',
    { a: { ...stream, messages: { 'security-event': { audiences: [], tokenTypes: ['secevent+jwt'], maxAge: 60 } } } },
    'signals.a.messages is {"security-event":{"audiences":[],"tokenTypes":["secevent+jwt"],"maxAge":60}}: in security-event, in audiences, name at least 1.',
  ],
  [
    'silence of half an hour',
    { a: { ...auth0, silentAfter: Duration.minutes(30) } },
    'signals.a.silentAfter is 30 minutes: write whole hours, from Duration.hours(1) to Duration.hours(24).',
  ],
  [
    'two senders of one issuer',
    { a: auth0, b: { ...auth0, flush: 'never' } },
    'signals.a and signals.b are both "https://acme.eu.auth0.com/": keep one, with the client ids of both; it may take messages of several kinds.',
  ],
  [
    'one pool twice',
    { a: pool, b: pool },
    'signals.a and signals.b are both "eu-central-1_AbCdEfGhI": keep one.',
    { issuers: [cognito] },
  ],
  [
    'token revocation twice',
    { a: tokenRevocation(), b: tokenRevocation() },
    'signals.a and signals.b are both tokenRevocation: keep one.',
  ],
  [
    'an unknown alias',
    { a: { ...auth0, tokensOf: 'mian' } },
    'signals.a.tokensOf is "mian": name an issuer of the deployment, one of main (did you mean main?).',
  ],
  [
    'a sender near to no issuer, or to several',
    { a: stream },
    'signals.a.tokensOf is missing: write the alias of the issuer whose tokens its signals revoke, one of main, shop.',
    { issuers: [main, shop] },
  ],
  [
    'a pool that is no issuer',
    { a: pool },
    'signals.a.userPoolId is "eu-central-1_AbCdEfGhI": name a pool whose tokens the API accepts, because no issuer is this pool.',
  ],
  [
    'a pool whose tokens another issuer issues',
    { a: { ...pool, tokensOf: 'main' } },
    'signals.a.tokensOf is "main": name the issuer that is this user pool, or leave it out.',
    { issuers: [main, cognito] },
  ],
  [
    'users whose entries are not read',
    { a: auth0 },
    'revocationLevels is ["token","session"]: add \'subject\', at which signals.a writes entries, or leave the source out.',
    { revocationLevels: ['token', 'session'] },
  ],
  [
    'sessions whose entries are not read',
    { a: keycloak },
    'revocationLevels is ["token","subject"]: add \'session\', at which signals.a writes entries, or leave the source out.',
    { revocationLevels: ['token', 'subject'] },
  ],
  [
    'tokens whose entries are not read',
    { a: tokenRevocation() },
    'revocationLevels is ["subject"]: add \'token\', at which signals.a writes entries, or leave the source out.',
    { revocationLevels: ['subject'] },
  ],
];

describe('sources that cannot work', () => {
  it.each(PROBLEMS.map((problem) => [problem[0], problem] as const))(
    'are rejected by name: %s',
    (_name, [, sources, sentence, around]) => {
      expect(() => checkSources(sources as SignalSources, { ...surroundings, ...around })).toThrow(
        expect.objectContaining({ name: 'DeploymentError', message: sentence }),
      );
    },
  );
});

describe('the warning about sources that share a flush', () => {
  const sources = {
    a: auth0,
    b: oktaSignals({ domain: 'acme.okta.com', universalLogout: true }),
    c: tokenRevocation(),
  };

  it('names each of them where the authorizer flushes nothing', () => {
    expect(unflushedWarning(sources, false)).toMatch(/^signals\.a\.flush and signals\.c\.flush is 'shared'/);
  });

  it('is not given where the authorizer flushes, or where none shares', () => {
    expect(unflushedWarning(sources, true)).toBeUndefined();
    expect(unflushedWarning({ b: sources.b }, false)).toBeUndefined();
  });
});

describe('the warning about a sender that is no issuer of the deployment', () => {
  it('names the sender and the issuers, since its address may be misspelt', () => {
    expect(strangersWarning({ a: { ...auth0, issuer: 'https://acme.au.auth0.com/' } }, [main])).toBe(
      `signals.a has the issuer "https://acme.au.auth0.com/", and the issuers of the deployment are main ("${main.issuer}"): ` +
        "correct the address, or, where users have the same `sub` at both, write tokensOf: 'main'.",
    );
  });

  it.each<[string, SignalSources]>([
    ['an issuer itself', { a: auth0 }],
    ['at the host of an issuer', { a: { ...auth0, issuer: `${main.issuer}org` } }],
    ['one that says whose tokens it revokes', { a: { ...auth0, issuer: 'https://id.acme.example', tokensOf: 'main' } }],
    ['no sender', { a: tokenRevocation() }],
  ])('is not given for %s', (_, sources) => {
    expect(strangersWarning(sources, [main])).toBeUndefined();
  });

  it('is not given where an issuer is known at deployment only', () => {
    const later = { ...main, issuer: Lazy.string({ produce: () => 'https://later.example' }) };
    expect(strangersWarning({ a: auth0 }, [later])).toBeUndefined();
  });
});
