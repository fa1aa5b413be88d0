import type { StackResource } from '../cloudformation/stack.ts';
import { numberOf, objectOf, textOrEmpty } from '../cloudformation/template.ts';
import type { FunctionSettings } from './lambda-environment.ts';

/** Lambda's defaults, in MB and in seconds. */
const DEFAULT_MEMORY_SIZE = 128;
const DEFAULT_TIMEOUT = 3;

/** Why no code of this function runs here: the end of a sentence. undefined: it is of Node.js. */
export function unrunnableReason({ properties }: StackResource): string | undefined {
  if (properties.PackageType === 'Image' || objectOf(properties, 'Code').ImageUri !== undefined) {
    return 'it is a container image';
  }
  const runtime = textOrEmpty(properties, 'Runtime');
  if (!runtime.startsWith('nodejs')) return `its runtime is ${runtime || 'not known'}`;
  return textOrEmpty(properties, 'Handler') === '' ? 'its handler is not known' : undefined;
}

/** @param known - the members that do not stand in the resource */
export function functionSettingsOf(
  { properties }: StackResource,
  known: Pick<FunctionSettings, 'name' | 'functionName' | 'functionArn' | 'taskRoot' | 'environment'>,
): FunctionSettings {
  return {
    ...known,
    runtime: textOrEmpty(properties, 'Runtime'),
    handler: textOrEmpty(properties, 'Handler'),
    memorySize: memorySizeOf(properties),
    timeoutSeconds: numberOf(properties, 'Timeout', DEFAULT_TIMEOUT),
  };
}

export function memorySizeOf(properties: StackResource['properties']): number {
  return numberOf(properties, 'MemorySize', DEFAULT_MEMORY_SIZE);
}
