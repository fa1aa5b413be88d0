/** What `URL.parse` does in Node.js 22.1 and newer, for the code of packages in a bundle that runs on Node.js 20. */
export function parseUrl(text: string, base?: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}
