import { claimAt } from '../../../../lambda/token/claim-path.ts';
import { identifierIn, isIdentifier } from '../../../../lambda/token/identifier.ts';
import { acceptsNoAudience } from '../../../../lambda/token/trusted-issuer.ts';
import { changeText } from './change-text.ts';
import type { ComparedToken, Rule } from './compared-token.ts';
import { foundText, oneOf } from './found-text.ts';
import { timeRules } from './time-rules.ts';

const IDENTIFIER = 'a text of 1 to 255 characters';

/** The rules for the claims, except the scopes. */
export function claimRules(token: ComparedToken): readonly Rule[] {
  return [
    ...boundRules(token),
    ...timeRules(token),
    ...requiredRules(token),
    audienceRule(token),
    ...identifierRules(token),
    ...revocationRules(token),
  ];
}

/** The claims of the deployment by which entries revoke: no entry could name another form of them. */
function revocationRules({ payload, revocationClaims }: ComparedToken): readonly Rule[] {
  return Object.entries(revocationClaims).flatMap(([name, path]) => {
    const value = claimAt(payload, path) ?? '';
    if (value === '') return [];
    const claim = path.join('.');
    return [
      {
        ...{ name: claim, step: 'claims', value, holds: identifierIn(value) !== undefined, reasons: ['claim'] },
        expected: `${IDENTIFIER} or a whole number, or absent`,
        change: () => `have the provider write ${claim} as text, or leave ${name} out of \`revocationClaims\``,
      } satisfies Rule,
    ];
  });
}

/** A token that is bound to a key or a certificate (RFC 7800). */
function boundRules({ payload, issuer: { boundTokens, alias } }: ComparedToken): readonly Rule[] {
  if (!Object.hasOwn(payload, 'cnf')) return [];
  return [
    {
      ...{ name: 'cnf', step: 'claims', value: payload.cnf, holds: boundTokens === 'ignore', reasons: ['bound-token'] },
      expected: 'absent',
      change: () =>
        `have the provider issue bearer tokens (without DPoP or mutual TLS), or write boundTokens: 'ignore' for issuers.${alias}, with which a stolen copy works`,
    },
  ];
}

function requiredRules(token: ComparedToken): readonly Rule[] {
  return Object.entries(token.issuer.requiredClaims).map(([name, value]) => ({
    ...{ name: name === 'typ' ? 'typ of the payload' : name, step: 'claims', value: token.payload[name] },
    ...{ holds: token.payload[name] === value, reasons: ['claim'] },
    expected: foundText(value),
    change: () => changeText('required', name, token),
  }));
}

function audienceRule(token: ComparedToken): Rule {
  const { aud } = token.payload;
  const { audiences } = token.issuer;
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const areTexts = named.every((audience) => typeof audience === 'string');
  return {
    ...{ name: 'aud', step: 'claims', value: aud, reasons: ['audience', 'claim'] },
    holds:
      aud === undefined ? acceptsNoAudience(audiences) : areTexts && named.some((name) => isOneOf(name, audiences)),
    expected: audiences.length === 0 ? 'absent' : oneOf(audiences),
    change: () => changeText('aud', 'aud', token),
  };
}

function isOneOf(value: unknown, known: readonly unknown[]): boolean {
  return known.includes(value);
}

function identifierRules(token: ComparedToken): readonly Rule[] {
  const { payload, issuer } = token;
  const { jwtId, session } = issuer.claimNames;
  return [
    {
      ...{ name: 'sub', step: 'claims', value: payload.sub, holds: isIdentifier(payload.sub), reasons: ['claim'] },
      expected: IDENTIFIER,
      change: () => 'have the provider write who or what the token is for',
    },
    clientRule(token),
    ...(payload[session] === undefined ? [] : [optionalRule(session, payload[session])]),
    payload[jwtId] === undefined ? missingIdRule(token) : optionalRule(jwtId, payload[jwtId]),
  ];
}

/** The client is the first of the claims that is present. */
function clientRule(token: ComparedToken): Rule {
  const { payload, issuer } = token;
  const { clients, claimNames } = issuer;
  const found = claimNames.client.find((candidate) => payload[candidate] !== undefined);
  const name = found ?? claimNames.client.join(' or ');
  const value = found === undefined ? undefined : payload[found];
  if (value !== undefined && !isIdentifier(value)) return optionalRule(name, value);
  return {
    ...{ name, step: 'claims', value, reasons: ['client'] },
    holds: clients.length === 0 || isOneOf(value, clients),
    expected: clients.length === 0 ? 'any client' : oneOf(clients),
    change: () => changeText('client', name, token),
  };
}

function missingIdRule(token: ComparedToken): Rule {
  const { tokensWithoutId, claimNames } = token.issuer;
  return {
    ...{ name: claimNames.jwtId, step: 'claims', value: undefined, reasons: ['no-token-id'] },
    holds: tokensWithoutId === 'digest',
    expected: IDENTIFIER,
    change: () => changeText('jti', claimNames.jwtId, token),
  };
}

function optionalRule(name: string, value: unknown): Rule {
  return {
    ...{ name, step: 'claims', value, holds: isIdentifier(value), reasons: ['claim'] },
    expected: `${IDENTIFIER}, or absent`,
    change: () => `have the provider write ${name} as text, or leave it out`,
  };
}
