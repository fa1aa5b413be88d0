// Runs a command line with the programs of node_modules, as npx does: for a CDK command that is started without npx.
// JavaScript of any age, since that command runs on the machine's own Node.js.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

const PATH = [join(process.cwd(), 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const { status } = spawnSync(process.argv[2], { shell: true, stdio: 'inherit', env: { ...process.env, PATH } });
process.exitCode = status ?? 1;
