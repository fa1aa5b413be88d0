import { describe, expect, it } from 'vitest';
import {
  type FlusherConfiguration,
  flusherConfigurationFrom,
  flusherEnvironmentOf,
} from '../../../lambda/configuration/flusher-environment.ts';

const configuration: FlusherConfiguration = {
  mode: 'settled',
  stages: [{ restApiId: 'abc123', stageName: 'live' }],
  settleTime: 8,
  giveUpAge: 67,
  issuers: [{ alias: 'main', maxTokenAge: 86_400, clockTolerance: 5, tokensWithoutId: 'digest' as const }],
  revocationTable: 'revocations',
  revocationEndpoint: 'https://dynamodb.example',
  revocationLevels: ['token', 'subject'],
};

describe('the flusher’s environment', () => {
  it('carries the configuration from the stack to the handler', () => {
    expect(flusherConfigurationFrom({ ...flusherEnvironmentOf(configuration) })).toEqual(configuration);
  });

  it('carries no more of an issuer than the inspection needs', () => {
    const issuer = {
      alias: 'main',
      maxTokenAge: 86_400,
      clockTolerance: 5,
      tokensWithoutId: 'digest' as const,
      issuer: 'https://issuer.example',
    };
    expect(flusherEnvironmentOf({ ...configuration, issuers: [issuer] }).ISSUERS).not.toContain('issuer.example');
  });

  it.each(Object.keys(flusherEnvironmentOf(configuration)))('without %s is rejected by that name', (name) => {
    expect(() => flusherConfigurationFrom({ ...flusherEnvironmentOf(configuration), [name]: undefined })).toThrow(name);
  });

  it.each([
    ['MODE', 'twice'],
    ['SETTLE_SECONDS', 'soon'],
    ['GIVE_UP_SECONDS', '-1'],
  ])('with %s of %j is rejected by that name', (name, value) => {
    expect(() => flusherConfigurationFrom({ ...flusherEnvironmentOf(configuration), [name]: value })).toThrow(name);
  });
});
