const EVENT_TYPES = 'https://schemas.openid.net/secevent';

/** Event types by profile: CAEP 1.0, RISC 1.0 and SSF 1.0. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  caep: [
    ...['session-revoked', 'token-claims-change', 'credential-change', 'assurance-level-change'],
    ...['device-compliance-change', 'session-established', 'session-presented', 'risk-level-change'],
  ],
  risc: [
    ...['account-credential-change-required', 'account-disabled', 'account-enabled', 'account-purged'],
    ...['identifier-changed', 'identifier-recycled', 'credential-compromise', 'sessions-revoked'],
    ...['recovery-activated', 'recovery-information-changed', 'opt-in', 'opt-out-initiated', 'opt-out-cancelled'],
    'opt-out-effective',
  ],
  ssf: ['verification', 'stream-updated'],
};

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([profile, names]) =>
    names.map((name) => [name, `${EVENT_TYPES}/${profile}/event-type/${name}`]),
  ),
);

/** The types that the transmitter supports, as its streams name them. */
export const SUPPORTED_TYPES: readonly string[] = [...TYPES.values()];

/** An event type by its name, such as `session-revoked`, or by its URI. undefined: there is none of that name. */
export function eventTypeOf(name: string): string | undefined {
  return URL.canParse(name) ? name : TYPES.get(name);
}

export const VERIFICATION = `${EVENT_TYPES}/ssf/event-type/verification`;
