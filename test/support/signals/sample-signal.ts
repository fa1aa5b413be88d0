import type { Effect, Signal } from '../../../lambda/signal/signal.ts';
import type { SourceEntries } from '../../../lambda/signal/signal-source.ts';
import { NOW } from '../tokens/sample-issuer.ts';

/** A source of signals about the tokens of the sample issuer. */
export function sampleSource(changes: Partial<SourceEntries> = {}): SourceEntries {
  return { name: 'okta', issuerAlias: 'main', pace: 'at-once', ...changes };
}

let made = 0;

/** A signal of that source whose event took place a minute ago, with the changes of a test. Each one has another id. */
export function sampleSignal(changes: Partial<Signal> = {}): Signal {
  made += 1;
  return {
    source: sampleSource(),
    type: 'session-revoked',
    id: `signal-${made}`,
    eventAt: NOW - 60,
    acceptedUntil: NOW + 3600,
    effects: [revokeSubject('alice')],
    ...changes,
  };
}

/** Tokens of the subject issued until then are revoked; undefined: the subject is blocked. */
export function revokeSubject(value: string, before: number | undefined = NOW - 60): Effect {
  return { kind: 'revoke', prefix: 'sub', value, before, endsAt: undefined };
}

export function blockSubject(value: string): Effect {
  return { kind: 'revoke', prefix: 'sub', value, before: undefined, endsAt: undefined };
}

export function liftSubject(value: string): Effect {
  return { kind: 'lift', prefix: 'sub', value };
}

export function endSession(value: string, endsAt?: number): Effect {
  return { kind: 'revoke', prefix: 'sid', value, before: undefined, endsAt };
}

export function revokeToken(value: string, endsAt?: number): Effect {
  return { kind: 'revoke', prefix: 'jti', value, before: undefined, endsAt };
}
