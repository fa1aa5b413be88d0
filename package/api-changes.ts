export interface ApiChanges {
  /** Names, or `Name.member`, that an app may use and that are gone or different, or that it must give from now on. */
  readonly breaking: readonly string[];
  readonly added: readonly string[];
}

/**
 * What differs between two reports of API Extractor (`infra/library.api.md`). A member that is added to a class is an addition, as is
 * an optional member of an interface. Any other difference counts as breaking, because the text of a type does not tell.
 */
export function apiChanges(before: string, after: string): ApiChanges {
  const [older, newer] = [declarations(before), declarations(after)];
  const breaking: string[] = [];
  const added = [...newer.keys()].filter((name) => !older.has(name));
  for (const [name, declaration] of older) {
    const changes = changesOf(name, declaration, newer.get(name));
    breaking.push(...changes.breaking);
    added.push(...changes.added);
  }
  return { breaking, added };
}

interface Declaration {
  /** Its first line, or all of it where it has no members. */
  readonly head: string;
  /** `readonly resultTtl?: Duration;`. */
  readonly members: readonly string[];
}

function changesOf(name: string, older: Declaration, newer: Declaration | undefined): ApiChanges {
  if (newer === undefined || newer.head !== older.head) return { breaking: [name], added: [] };
  const gone = older.members.filter((member) => !newer.members.includes(member)).map(memberName);
  const other = newer.members.filter((member) => !older.members.includes(member));
  const fresh = other.filter((member) => !gone.includes(memberName(member)));
  const isDemand = (member: string) => !older.head.includes(' class ') && !/^(readonly )?\w+\?:/.test(member);
  const qualified = (names: readonly string[]) => [...new Set(names)].map((member) => `${name}.${member}`);
  return {
    breaking: qualified([...gone, ...fresh.filter(isDemand).map(memberName)]),
    added: qualified(fresh.filter((member) => !isDemand(member)).map(memberName)),
  };
}

function memberName(member: string): string {
  return /^(?:(?:readonly|get|set|static|protected|abstract) )*(\w+)/.exec(member)?.[1] ?? member;
}

/** The exports of a report, by name. Above each declaration stands a comment that begins with `// @`. */
function declarations(report: string): ReadonlyMap<string, Declaration> {
  const found = new Map<string, Declaration>();
  const texts = report.split(/^\/\/ @.*\n/m).map((text) => text.replace(/^ *\/\/.*$/gm, ''));
  for (const text of texts.filter((one) => one.startsWith('export '))) {
    const name =
      /^export (?:declare )?(?:abstract )?(?:class|function|interface|type|const) (\w+)/.exec(text)?.[1] ?? text;
    const [head = '', ...lines] = text
      .split('\n')
      .flatMap((line) => (/^(```|\}|)$/.test(line.trim()) ? [] : line.trim()));
    found.set(name, { head, members: lines });
  }
  return found;
}
