import { expect, it } from 'vitest';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { audiencesOf, localIssuer } from '../../../local/app/local-issuer.ts';

const ISSUER = 'http://127.0.0.1:3001';
const AUDIENCES = ['https://api.example.com', 'orders'];

it('the local authorization server is trusted as the preset oidc would trust it', () => {
  expect(localIssuer(ISSUER, AUDIENCES)).toEqual({
    alias: 'local',
    ...oidc({ issuer: ISSUER, audience: AUDIENCES }),
  });
});

it('the local authorization server has an alias of its own next to an issuer with the usual one', () => {
  const other = localIssuer('https://login.example.com', AUDIENCES);
  const former = { ...other, alias: 'main', formerAliases: ['local'] };
  expect(localIssuer(ISSUER, AUDIENCES, [other]).alias).toBe('local-run');
  expect(localIssuer(ISSUER, AUDIENCES, [former]).alias).toBe('local-run');
});

it.each([
  [
    [
      ['a', 'b'],
      ['b', null, 'c'],
    ],
    ['a', 'b', 'c'],
  ],
  [[[null], []], ['https://api.example.com']],
])('the audiences of issuers with %j are %j', (audiences, expected) => {
  expect(audiencesOf(audiences.map((each) => ({ audiences: each })))).toEqual(expected);
});
