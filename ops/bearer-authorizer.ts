#!/usr/bin/env node
import { join } from 'node:path';
import { packageProgram } from './cli/caller.ts';
import { processTerminal } from './cli/terminal.ts';
import { runVerbs } from './verbs.ts';

/** The run that `start` makes in this folder. The variable names the folder `.local` of another one. */
const localFolder = process.env.BEARER_AUTHORIZER_LOCAL || join(process.cwd(), '.local');

// The SDK's advice to move to a newer Node.js is for those who can choose the SDK; it is a part of this program.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Not by a top-level await: the package has this program as CommonJS, which starts faster.
runVerbs(process.argv.slice(2), processTerminal(localFolder), packageProgram(process.env)).then((exitCode) => {
  // A run that fails later has set it.
  process.exitCode ??= exitCode;
});
