import type { Json } from '../cloudformation/template.ts';

/** Parses a text that may be JSON. undefined: it is not. */
export function jsonOrUndefined(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
