/** A field, and where it ends: at a comma, or at the end of the line. */
interface Field {
  readonly text: string;
  readonly end: number;
}

/** The fields of one line of CSV (RFC 4180, without line breaks inside quotes); undefined: the quotes do not match. */
export function csvFields(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  for (let start = 0; start <= line.length; ) {
    const field = line[start] === '"' ? quotedField(line, start) : plainField(line, start);
    if (field === undefined) return undefined;
    fields.push(field.text);
    start = field.end + 1;
  }
  return fields;
}

function plainField(line: string, start: number): Field | undefined {
  const comma = line.indexOf(',', start);
  const end = comma === -1 ? line.length : comma;
  const text = line.slice(start, end);
  return text.includes('"') ? undefined : { text: text.trim(), end };
}

function quotedField(line: string, start: number): Field | undefined {
  let quote = line.indexOf('"', start + 1);
  while (quote !== -1 && line[quote + 1] === '"') quote = line.indexOf('"', quote + 2);
  const end = quote + 1;
  if (quote === -1 || (end < line.length && line[end] !== ',')) return undefined;
  return { text: line.slice(start + 1, quote).replaceAll('""', '"'), end };
}
