import { isObject, type Json } from '../cloudformation/template.ts';

/** A function's log line as a person wants to see it: metric metadata (embedded metric format) left out. */
export function readableLogLine(functionName: string, line: string): string {
  const parsed = parsedOrUndefined(line);
  if (!isObject(parsed)) return `${functionName}: ${line}`;
  const { _aws, ...members } = parsed;
  return `${functionName}: ${JSON.stringify(members)}`;
}

function parsedOrUndefined(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}
