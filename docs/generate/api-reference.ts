import type { ApiItem } from './api-model.ts';

const HEAD = `# API reference

What an app that installs \`bearer-authorizer\` may import. \`npm run docs:api\` writes this file from the doc comments of the source.
How to use it is in [Add it to the API you have](adding-to-your-api.md).
`;

/** The sections, in the order of the page. */
const SECTIONS = ['Classes', 'Functions', 'Types', 'Errors', 'What those types use'] as const;

/** The whole page in Markdown. */
export function apiReference(items: readonly ApiItem[]): string {
  const reached = reachedFrom(items.filter(isExported), items);
  const sections = SECTIONS.map((title) => {
    const entries = reached.filter((item) => sectionOf(item) === title).map((item) => entry(item, reached));
    return [`## ${title}\n`, ...entries].join('\n');
  });
  return [HEAD, ...sections].join('\n');
}

/** What an app may import, or a member of it, without a doc comment. */
export function undocumented(items: readonly ApiItem[]): readonly string[] {
  return items.filter(isExported).flatMap((item) => {
    const members = membersOf(item).filter(({ kind }) => kind !== 'Constructor');
    const names = [item, ...members].filter(({ docComment }) => docComment === '').map(({ name }) => name);
    return names.map((name) => (name === item.name ? `${name}` : `${item.name}.${name}`));
  });
}

function sectionOf(item: ApiItem): (typeof SECTIONS)[number] {
  if (!isExported(item)) return 'What those types use';
  if (isError(item)) return 'Errors';
  if (item.kind === 'Class') return 'Classes';
  return item.kind === 'Function' ? 'Functions' : 'Types';
}

function isExported({ canonicalReference }: ApiItem): boolean {
  return !canonicalReference.includes('!~');
}

/** These, and all that their declarations name, in the order of `items`. */
function reachedFrom(start: readonly ApiItem[], items: readonly ApiItem[]): readonly ApiItem[] {
  const reached = new Set(start);
  for (const item of reached) {
    for (const named of namedBy(item, items)) reached.add(named);
  }
  return items.filter((item) => reached.has(item));
}

function namedBy(item: ApiItem, items: readonly ApiItem[]): readonly ApiItem[] {
  const tokens = [item, ...membersOf(item)].flatMap(({ excerptTokens }) => excerptTokens);
  const references = new Set(tokens.map(({ canonicalReference }) => canonicalReference));
  return items.filter((other) => other !== item && references.has(other.canonicalReference));
}

/** Not the name of an error, which is its class's, nor a constructor of what the package does not export. */
function membersOf(item: ApiItem): readonly ApiItem[] {
  return (item.members ?? [])
    .filter(({ releaseTag }) => releaseTag !== 'Internal')
    .filter(({ name }) => !isError(item) || name !== 'name')
    .filter(({ kind }) => isExported(item) || kind !== 'Constructor');
}

function entry(item: ApiItem, items: readonly ApiItem[]): string {
  const signature = `\`${signatureOf(item)}\`${linksOf(item, item, items)}`;
  const bullets = membersOf(item).map((member) => bullet(member, item, items));
  return [`### ${item.name}`, signature, proseOf(item), ...bullets]
    .filter(Boolean)
    .map((part) => `${part}\n`)
    .join('\n');
}

function isError(item: ApiItem): boolean {
  return signatureOf(item).includes(' extends Error');
}

function bullet(member: ApiItem, owner: ApiItem, items: readonly ApiItem[]): string {
  const prose = proseOf(member);
  const signature = signatureOf(member).replace(/^readonly /, '');
  const indented = prose === '' ? '' : `\n\n${prose.replace(/^(?=.)/gm, '  ')}`;
  return `- \`${signature}\`${linksOf(member, owner, items)}${indented}`;
}

/** On one line, without what every declaration has. */
function signatureOf({ excerptTokens }: ApiItem): string {
  return excerptTokens
    .map(({ text }) => text)
    .join('')
    .replace(/^export (declare )?/, '')
    .replace(/\s+/g, ' ')
    .replace(/[; ]+$/, '');
}

/** Links to the entries of what a declaration names, since code spans hold none. */
function linksOf({ excerptTokens }: ApiItem, owner: ApiItem, items: readonly ApiItem[]): string {
  const references = excerptTokens.map(({ canonicalReference }) => canonicalReference);
  const named = items.filter((item) => item !== owner && references.includes(item.canonicalReference));
  if (named.length === 0) return '';
  return ` (${named.map(({ name = '' }) => `[${name}](#${name.toLowerCase()})`).join(', ')})`;
}

const TAGS: Readonly<Record<string, string>> = { default: 'Default', returns: 'Returns', throws: 'Throws' };

/** The comment as Markdown: what it says first, then its tags, a paragraph each. */
function proseOf({ docComment }: ApiItem): string {
  const text = docComment
    .replace(/^\/\*\*|\*\/\s*$/g, '')
    .replace(/^ ?\* ?/gm, '')
    .trim();
  const [summary = '', ...blocks] = text.split(/(?:^|\s+)@(default|throws|returns)\s+/);
  const isMadeUp = summary.startsWith('Constructs a new instance of the `');
  const paragraphs = isMadeUp ? [] : [linked(summary)];
  for (let index = 0; index < blocks.length; index += 2) {
    paragraphs.push(`*${TAGS[blocks[index] ?? '']}:* ${linked(blocks[index + 1] ?? '')}`);
  }
  return paragraphs.filter(Boolean).join('\n\n');
}

/**
 * API Extractor escapes characters that Markdown leaves alone, and drops a line break before a code span. A `{@link Name}`
 * leads to the entry of that name.
 */
function linked(text: string): string {
  return text
    .trim()
    .replace(/\\([<>@{}])/g, '$1')
    .replace(
      /(.?)(`[^`]*`)/g,
      (_, before: string, span: string) => `${before}${/[\w.,:;]/.test(before) ? ' ' : ''}${span}`,
    )
    .replace(/\{@link ([\w.]+)(?: ?\| ?([^}]+))?\}/g, (_, name: string, words = name) => {
      return `[${words}](#${name.split('.')[0]?.toLowerCase()})`;
    });
}
