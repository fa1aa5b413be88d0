const jsonTokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/** Whether the outermost object of a valid JSON text names a member twice; `JSON.parse` keeps the last without a word. */
export function hasDuplicateNames(json: string): boolean {
  // Nearly every header is written as it would be written again, and then nothing was lost.
  if (JSON.stringify(JSON.parse(json)) === json) return false;
  const names = namesAtTop(json);
  return new Set(names).size !== names.length;
}

function namesAtTop(json: string): readonly unknown[] {
  const names: unknown[] = [];
  let depth = 0;
  let lastString = '';
  for (const [token] of json.matchAll(jsonTokens)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token !== ':') lastString = token;
    // A parsed name: "\u0061lg" is "alg".
    else if (depth === 1) names.push(JSON.parse(lastString));
  }
  return names;
}
