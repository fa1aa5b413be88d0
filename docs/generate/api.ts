import { writeFileSync } from 'node:fs';
import { readPublicApi } from '../../package/public-api.ts';
import { apiFiles, apiProblems } from './api-reference.ts';

// `npm run docs:api` writes what the package exports, for its users and for the review of a change.
const api = readPublicApi();
for (const [path, text] of Object.entries(apiFiles(api))) {
  writeFileSync(new URL(`../../${path}`, import.meta.url), text);
}
for (const problem of apiProblems(api)) console.error(problem);
process.exitCode = apiProblems(api).length > 0 ? 1 : 0;
