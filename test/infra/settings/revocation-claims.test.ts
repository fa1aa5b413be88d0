import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { apiStackOf, descriptionIn, soundDeployment, templateOf } from '../../support/cdk/test-app.ts';

/** What a deployment tells its functions, and operators. */
function told(changes: Partial<Deployment>) {
  const functions = Object.values(
    templateOf(apiStackOf({ ...soundDeployment, ...changes })).findResources('AWS::Lambda::Function'),
  );
  const variables = functions.flatMap(({ Properties }) => {
    const { Variables = {} } = Properties.Environment ?? {};
    return Variables.REVOCATION_LEVELS === undefined ? [] : [Variables as Readonly<Record<string, unknown>>];
  });
  const description = functions.map(({ Metadata }) => descriptionIn(Metadata)).find(Boolean);
  return { variables, configuration: description?.configuration };
}

const withoutClaim = REVOCATION_LEVELS.filter((level) => level !== 'claim');

describe('the claims at whose values a deployment revokes', () => {
  it('are known to authorizer, flusher and operators, as paths', () => {
    const revocationClaims = { tenant: ['https://acme.example/org'], agent: 'act.sub' };
    const { variables, configuration } = told({ revocationClaims });
    const paths = { tenant: ['https://acme.example/org'], agent: ['act', 'sub'] };
    expect(variables.map(({ REVOCATION_CLAIMS }) => REVOCATION_CLAIMS).toSorted()).toEqual(
      [JSON.stringify(paths), 'tenant,agent', 'tenant,agent'].toSorted(),
    );
    for (const { REVOCATION_LEVELS: levels } of variables) expect(levels).toBe(REVOCATION_LEVELS.join());
    expect(configuration).toMatchObject({ revocationClaims: paths, revocationLevels: REVOCATION_LEVELS });
  });

  it.each<[string, Partial<Deployment>]>([
    ['none are named', {}],
    ['an empty object is written', { revocationClaims: {} }],
    ['the level is named without any', { revocationLevels: REVOCATION_LEVELS }],
  ])('leave environment and levels as they are where %s', (_name, changes) => {
    const { variables, configuration } = told(changes);
    expect(variables).toHaveLength(3);
    for (const variable of variables) {
      expect(variable.REVOCATION_CLAIMS).toBeUndefined();
      expect(variable.REVOCATION_LEVELS).toBe(withoutClaim.join());
    }
    expect(configuration?.revocationLevels).toEqual(withoutClaim);
    expect(configuration).not.toHaveProperty('revocationClaims');
  });

  it('may be read at their level alone', () => {
    const { configuration } = told({ revocationClaims: { tenant: 'org_id' }, revocationLevels: ['claim'] });
    expect(configuration?.revocationLevels).toEqual(['claim']);
  });
});
