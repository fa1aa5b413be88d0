import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auth0Signals } from '../../../infra/senders/auth0-signals.ts';
import { cognitoSignals } from '../../../infra/senders/cognito-signals.ts';
import { keycloakSignals } from '../../../infra/senders/keycloak-signals.ts';
import { oktaSignals } from '../../../infra/senders/okta-signals.ts';
import { type RevocableIssuer, resolvedSources, type SignalSources } from '../../../infra/senders/resolved-sources.ts';
import { ssf } from '../../../infra/senders/ssf.ts';
import { tokenRevocation } from '../../../infra/senders/token-revocation.ts';

const okta = oktaSignals({ domain: 'acme.okta.com', universalLogout: true });
const keycloak = keycloakSignals({ url: 'https://sso.acme.example', realm: 'shop', clientIds: ['web'] });
const pool = cognitoSignals({ userPoolId: 'eu-central-1_AbCdEfGhI', trail: 'exists' });
const poolAddress = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI';
const server = { alias: 'server', issuer: 'https://acme.okta.com/oauth2/default' };
const shop = { alias: 'shop', issuer: 'https://sso.acme.example/realms/shop' };
const staff = { alias: 'staff', issuer: 'https://sso.acme.example/realms/staff' };

function resolve(sources: SignalSources, issuers: readonly RevocableIssuer[], flush = true) {
  return resolvedSources(sources, { issuers, flush });
}

describe('the issuer whose tokens a signal revokes', () => {
  it.each<readonly [rule: string, sources: SignalSources, issuers: readonly RevocableIssuer[], alias: string]>([
    ['the one that the source names', { a: { ...okta, tokensOf: 'staff' } }, [server, staff], 'staff'],
    ['the sender itself', { a: keycloak }, [staff, shop, server], 'shop'],
    ['the one of the same host', { a: okta }, [shop, server], 'server'],
    ['the only one', { a: ssf({ issuer: 'https://ssf.acme.example', audience: 'api' }) }, [shop], 'shop'],
  ])('is %s', (_rule, sources, issuers, alias) => {
    expect(resolve(sources, issuers).senders).toMatchObject([{ name: 'a', issuerAlias: alias }]);
  });

  it('is one of the issuers, and the sender itself wherever that is one, whatever else the API trusts', () => {
    const host = fc.constantFrom('https://a.example', 'https://b.example', 'https://c.example');
    const issuer = fc.tuple(host, fc.constantFrom('', '/', '/x', '/y')).map((parts) => parts.join(''));
    const issuers = fc.uniqueArray(issuer, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(issuers, issuer, (list, sender) => {
        const known = list.map((address, index) => ({ alias: `i${index}`, issuer: address }));
        const source = ssf({ issuer: sender, audience: 'api' });
        const sharesHost = known.filter((one) => new URL(one.issuer).host === new URL(sender).host);
        const isClear =
          list.includes(sender) || sharesHost.length === 1 || (sharesHost.length === 0 && list.length === 1);
        if (!isClear) {
          expect(() => resolve({ a: source }, known)).toThrow('tokensOf is missing');
          return;
        }
        const [resolved] = resolve({ a: source }, known).senders;
        const chosen = known.find(({ alias }) => alias === resolved?.issuerAlias);
        if (list.includes(sender)) expect(chosen?.issuer).toBe(sender);
        else expect(chosen).toEqual(sharesHost[0] ?? known[0]);
      }),
    );
  });

  it('is never guessed among several', () => {
    const realm = keycloakSignals({ url: 'https://sso.acme.example', realm: 'other', clientIds: ['web'] });
    expect(() => resolve({ a: realm }, [shop, staff])).toThrow('signals.a.tokensOf is missing');
  });

  it('is that of the pool for calls of Cognito', () => {
    const issuers = [server, { alias: 'pool', issuer: poolAddress }];
    expect(resolve({ a: pool }, issuers).cognito).toEqual([
      { name: 'a', issuerAlias: 'pool', pace: 'at-once', userPoolId: 'eu-central-1_AbCdEfGhI' },
    ]);
  });

  it('is found by the text of a pool id that only the deployment knows', () => {
    const id = new CfnParameter(new Stack(new App(), 'S'), 'Pool').valueAsString;
    const own = { alias: 'own', issuer: `https://cognito-idp.eu-central-1.amazonaws.com/${id}` };
    const source = cognitoSignals({ userPoolId: id, trail: 'create' });
    expect(resolve({ a: source }, [server, own]).cognito).toMatchObject([{ issuerAlias: 'own', userPoolId: id }]);
  });

  it('is one that only the deployment knows, if no other can be the pool', () => {
    const later = { alias: 'later', issuer: new CfnParameter(new Stack(new App(), 'S'), 'Issuer').valueAsString };
    expect(resolve({ a: pool }, [server, later]).cognito).toMatchObject([{ issuerAlias: 'later' }]);
  });
});

describe('a resolved source', () => {
  it('takes subjects of the sender and of the issuer of the tokens, each once', () => {
    expect(resolve({ a: okta }, [server]).senders[0]?.subjectIssuers).toEqual(['https://acme.okta.com', server.issuer]);
    expect(resolve({ a: keycloak }, [shop]).senders[0]?.subjectIssuers).toEqual([shop.issuer]);
  });

  it('holds what the receiver reads and nothing that only synth needs', () => {
    const silent = auth0Signals({ domain: 'acme.eu.auth0.com', clientIds: ['web'], tokensOf: 'server' });
    const [sender] = resolve({ a: silent }, [server]).senders;
    expect(Object.keys(sender ?? {}).toSorted()).toEqual([
      'algorithms',
      'clockTolerance',
      'issuer',
      'issuerAlias',
      'jwksUri',
      'messages',
      'name',
      'namesSessions',
      'pace',
      'subjectIssuers',
    ]);
  });

  it('flushes at its own pace, and never where the authorizer flushes nothing', () => {
    const sources = { a: okta, b: tokenRevocation() };
    expect(resolve(sources, [server])).toMatchObject({
      senders: [{ pace: 'at-once' }],
      tokenRevocation: { name: 'b', pace: 'shared' },
    });
    expect(resolve(sources, [server], false)).toMatchObject({
      senders: [{ pace: 'never' }],
      tokenRevocation: { pace: 'never' },
    });
  });

  it('is undefined where clients cannot revoke their tokens', () => {
    expect(resolve({ a: okta }, [server]).tokenRevocation).toBeUndefined();
  });
});
