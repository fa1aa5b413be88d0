import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inspectEntry } from '../../../lambda/revocation/entry-inspection.ts';
import { formatTarget, targetsOf } from '../../../lambda/revocation/revocation-target.ts';
import { accessTokenOf } from '../../../lambda/token/claims-profile.ts';
import { identifierIn } from '../../../lambda/token/identifier.ts';
import { npmScripts } from '../../../ops/cli/caller.ts';
import { problemWithValue } from '../../../ops/entry/pasted-value.ts';
import { inspectionFacts } from '../../../ops/entry/revocation.ts';
import { selectTarget } from '../../../ops/selection/target-selection.ts';
import { describedAuthorizer } from '../../support/operator/operator-at-work.ts';
import { goodClaims, NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

const revocationClaims = { tenant: ['org_id'], agent: ['act', 'sub'] };

const value = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    'Alice',
    'Al@Acme.example',
    'al@acme.example',
    'a#b',
    'a=b',
    '00U1',
    'İ@b',
    'ΑΣ@b',
    'main#al',
    '42',
    '@',
  ),
  fc.maxSafeInteger(),
);
/** Of a claim that the deployment revokes by: another one rejects the token. */
const nameable = value.filter((one) => identifierIn(one) !== undefined);
const alias = fc.constantFrom('uid', 'oid', 'email', 'https://acme.example/email');

it('F13 an entry that the tool writes for the value of a claim revokes the token, and is not reported', () => {
  const claims = fc.record({
    uid: value,
    oid: value,
    email: value,
    'https://acme.example/email': value,
    org_id: nameable,
    actor: nameable,
  });
  const property = fc.property(
    claims,
    fc.uniqueArray(alias, { maxLength: 2 }),
    fc.boolean(),
    ({ actor, ...others }, aliases, exact) => {
      const issuer = trustedIssuer({ subjectAliases: aliases.map((name) => [name]) });
      const authorizer = describedAuthorizer([issuer], { revocationClaims });
      const token = accessTokenOf(
        goodClaims({ ...others, act: { sub: actor } }),
        issuer,
        { keyId: 'key-1', signedPartDigest: undefined },
        authorizer.configuration,
      );
      const targets = targetsOf(token, new Set(authorizer.configuration.revocationLevels)).map(formatTarget);
      const written = [
        ...aliases.map((name) => ({ level: 'subject' as const, text: String(others[name as 'uid']) })),
        { level: 'claim' as const, text: `tenant=${others.org_id}` },
        { level: 'claim' as const, text: `agent=${actor}` },
      ].filter(({ level, text }) => problemWithValue(text, level) === undefined);
      for (const { level, text } of written) {
        // Without `exact`, a value that looks pasted is asked about.
        const isPasted = /^(["'`]|bearer|authorization)/i.test(text) || /#|%23/.test(text);
        const selector = { by: 'value' as const, level, value: text, issuer: undefined, exact: exact || isPasted };
        const target = formatTarget(selectTarget(selector, { authorizer, caller: npmScripts }).target);
        expect(targets).toContain(target);
        const item = { target: { S: target } };
        const kinds = inspectEntry(item, inspectionFacts(item, authorizer, NOW)).map(({ kind }) => kind);
        expect(
          kinds.filter((kind) => (selector.exact ? kind.startsWith('unknown') || kind === 'malformed-target' : true)),
        ).toEqual([]);
      }
    },
  );
  fc.assert(property, { numRuns: 2_000 });
});
