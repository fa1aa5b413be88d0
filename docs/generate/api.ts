import { readFileSync, writeFileSync } from 'node:fs';
import { readPublicApi } from './api-model.ts';
import { apiReference, undocumented } from './api-reference.ts';

// `npm run docs:api` writes what the package exports, for its users and for the review of a change. With `-- --check` it
// writes nothing, and fails where the files say something else.
const { items, report, problems } = readPublicApi();
const files = { 'docs/api.md': apiReference(items), 'infra/library.api.md': report };
const found = [...problems, ...undocumented(items).map((name) => `${name} is exported and has no doc comment.`)];
for (const [path, text] of Object.entries(files)) {
  const url = new URL(`../../${path}`, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(url, text);
  else if (readFileSync(url, 'utf8') !== text) {
    found.push(`${path} is stale: run \`npm run docs:api\`, and read what changes for the users of the package.`);
  }
}
for (const problem of found) console.error(problem);
process.exitCode = found.length > 0 ? 1 : 0;
