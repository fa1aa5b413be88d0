import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { apiStackOf, soundDeployment } from '../../support/cdk/test-app.ts';

function warningsOf(deployment: Deployment): readonly string[] {
  const found = Annotations.fromStack(apiStackOf(deployment)).findWarning(
    '*',
    Match.stringLikeRegexp('revocationLevels'),
  );
  return found.map(({ entry }) => String(entry.data));
}

it('synth warns that entries of a left-out level revoke nothing', () => {
  expect(warningsOf({ ...soundDeployment, revocationLevels: ['token', 'key'] })).toEqual([
    expect.stringMatching(/^revocationLevels leaves out session, subject, client, issuer: entries of these levels/),
  ]);
});

it('synth does not warn where every level is read', () => {
  expect(warningsOf(soundDeployment)).toEqual([]);
  expect(warningsOf({ ...soundDeployment, revocationLevels: REVOCATION_LEVELS })).toEqual([]);
});
