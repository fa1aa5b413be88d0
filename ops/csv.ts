/** The fields of one line of CSV (RFC 4180, without line breaks inside quotes); undefined: the quotes do not match. */
export function csvFields(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const match = field.exec(line);
    if (match === null) return undefined;
    const [, quoted, plain = '', separator] = match;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (separator === '') return fields;
  }
}
