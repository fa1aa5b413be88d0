import type { SignalsConfiguration } from '../../../lambda/configuration/signals-environment.ts';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import type { SignalSender } from '../../../lambda/signal/signal-source.ts';
import { trustedIssuer } from '../tokens/sample-issuer.ts';

/** A sender of all kinds of messages, with the settings that a test is about. */
export function signalSender(settings: Partial<SignalSender> = {}): SignalSender {
  return {
    name: 'sender',
    issuerAlias: 'main',
    pace: 'at-once',
    issuer: 'https://sender.example/',
    jwksUri: null,
    algorithms: ['ES256'],
    clockTolerance: 5,
    messages: {
      'backchannel-logout': { audiences: ['client-1'], tokenTypes: ['logout+jwt', null], maxAge: 300 },
      'security-event': { audiences: ['https://api.example/events'], tokenTypes: ['secevent+jwt'], maxAge: 604_800 },
      'global-token-revocation': { audiences: [], tokenTypes: ['global-token-revocation+jwt'], maxAge: 300 },
    },
    subjectIssuers: ['https://sender.example/'],
    namesSessions: true,
    ...settings,
  };
}

/** A receiver with one sender and with token revocation, with the settings that a test is about. */
export function signalsConfiguration(settings: Partial<SignalsConfiguration> = {}): SignalsConfiguration {
  return {
    issuers: [trustedIssuer()],
    revocationTable: 'revocations',
    revocationEndpoint: 'https://dynamodb.eu-west-1.amazonaws.com',
    revocationLevels: REVOCATION_LEVELS,
    signalTable: 'signals',
    senders: [signalSender()],
    cognito: [],
    tokenRevocation: { name: 'app', pace: 'at-once', corsOrigins: ['https://app.example'] },
    sharedFlush: undefined,
    ...settings,
  };
}
