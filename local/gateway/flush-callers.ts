import type { FlushMode } from '../../lambda/configuration/environment.ts';
import type { Stack } from '../cloudformation/stack.ts';
import { objectOf } from '../cloudformation/template.ts';
import { accessKeyOf } from '../functions/function-environment.ts';
import type { FlushEvent } from '../log/run-event.ts';

/** Who flushes, and which kind of flush it is. */
export type FlushCaller = Pick<FlushEvent, 'event' | 'function'>;

/** The caller of a flush, by its access key. */
export type FlushCallerOf = (accessKeyId: string) => FlushCaller;

/** A key that belongs to no function is the developer's. */
const DEVELOPER: FlushCaller = { event: 'flush', function: '' };

/** Knows the template's functions. The variable MODE of a flusher's function says when it flushes (`FlusherEnvironment` in lambda/configuration). */
export function flushCallersOf(stack: Stack): FlushCallerOf {
  const callers = stack.resourcesOfType('AWS::Lambda::Function').map(({ logicalId, properties }) => {
    const { MODE } = objectOf(objectOf(properties, 'Environment'), 'Variables');
    const event = MODE === ('settled' satisfies FlushMode) ? 'flush settled' : 'flush';
    return [accessKeyOf(logicalId), { event, function: logicalId }] as const;
  });
  const byKey = new Map<string, FlushCaller>(callers);
  return (accessKeyId) => byKey.get(accessKeyId) ?? DEVELOPER;
}
