import type { DecisionEvent, RequestEvent } from '../../log/run-event.ts';

/** Says in sentences why a request was answered as it was, from the event that the gateway logged for it. */
export function explanationOf(event: DecisionEvent | RequestEvent, scopes: readonly string[]): readonly string[] {
  if (event.event === 'request') return ['No authorizer was asked.'];
  return [sourceOf(event), ...reasonsOf(event, scopes), ...policyInWords(event)];
}

function sourceOf({ event, milliseconds }: DecisionEvent): string {
  const took = `The gateway took ${milliseconds} ms.`;
  return event === 'cached'
    ? `From the result cache: the authorizer was not asked. ${took}`
    : `Decided now: the authorizer was asked. ${took}`;
}

function reasonsOf({ outcome, reason, revoked }: DecisionEvent, scopes: readonly string[]): readonly string[] {
  if (outcome === 'allowed') return ['The policy allows this request.'];
  if (outcome === 'forbidden') {
    const needed = scopes.length === 0 ? '' : ` It needs ${scopes.join(' or ')}.`;
    return [`The token is good, and its policy does not allow this request.${needed}`];
  }
  if (outcome === 'undecided') return [`Nobody can know: the authorizer could not decide${because(reason)}.`];
  if (revoked !== undefined) {
    return [`The token was taken back: an entry of the level ${revoked.level} of ${revoked.issuer} names it.`];
  }
  // The authorizer names the entry once in two seconds.
  if (reason === 'revoked') return ['The token was taken back.'];
  // Of a token that is rejected again and again, the authorizer logs a sample only.
  return [`The token is not accepted${because(reason)}.`];
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason.replaceAll('-', ' ')}`;
}

function policyInWords({ policy }: DecisionEvent): readonly string[] {
  if (policy === undefined) return [];
  const { allows, denies } = policy;
  const may = allows.length === 0 ? 'It may call nothing' : `It may call ${allows.join(', ')}`;
  return [denies.length === 0 ? `${may}.` : `${may}; not ${denies.join(', ')}.`];
}
