import type { ApiItem, PublicApi } from '../../package/public-api.ts';

const HEAD = `# API reference

What an app that installs \`bearer-authorizer\` may import. \`npm run docs:api\` writes this file from the doc comments of the source.
How to use it is in [Add it to the API you have](adding-to-your-api.md).
`;

/** The sections, in the order of the page. */
const SECTIONS = ['Classes', 'Functions', 'Types', 'Errors'] as const;

/** The files that `npm run docs:api` writes: path -> text. */
export function apiFiles({ items, report }: PublicApi): Readonly<Record<string, string>> {
  return { 'docs/api.md': apiReference(items), 'infra/library.api.md': report };
}

/** What is wrong with the exports or their comments, a line each. */
export function apiProblems({ items, problems }: PublicApi): readonly string[] {
  return [...problems, ...undocumented(items).map((name) => `${name} is exported and has no doc comment.`)];
}

/** The whole page in Markdown. */
function apiReference(items: readonly ApiItem[]): string {
  const sections = SECTIONS.map((title) => {
    const entries = items.filter((item) => sectionOf(item) === title).map((item) => entry(item, items));
    return [`## ${title}\n`, ...entries].join('\n');
  });
  return [HEAD, ...sections].join('\n');
}

/** What an app may import, or a member of it, without a doc comment. */
function undocumented(items: readonly ApiItem[]): readonly string[] {
  return items.flatMap((item) => {
    const members = membersOf(item).filter(({ kind }) => kind !== 'Constructor');
    const names = [item, ...members].filter(({ docComment }) => docComment === '').map(({ name }) => name);
    return names.map((name) => (name === item.name ? `${name}` : `${item.name}.${name}`));
  });
}

function sectionOf(item: ApiItem): (typeof SECTIONS)[number] {
  if (isError(item)) return 'Errors';
  if (item.kind === 'Class') return 'Classes';
  return item.kind === 'Function' ? 'Functions' : 'Types';
}

/** Not the name of an error, which is its class's, nor what only the CDK calls. */
function membersOf(item: ApiItem): readonly ApiItem[] {
  return (item.members ?? []).filter(
    ({ name }) => name?.startsWith('_') !== true && (!isError(item) || name !== 'name'),
  );
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
