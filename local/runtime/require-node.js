// JavaScript of any age, since it is for those whose Node.js cannot run the rest. npm runs it at the end of an installation, and
// before what somebody runs first in a fresh clone.
import { existsSync } from 'node:fs';

if (!existsSync(new URL('../../node_modules', import.meta.url))) {
  console.error('The packages are not installed: run npm ci and repeat the command.');
  process.exit(1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 3)) {
  console.error(`${found()} and repeat the command.`);
  process.exit(1);
}

function found() {
  // npm 10 unpacks Node.js 24, but does not link it into node_modules/.bin.
  const [, npm] = /^npm\/(\d+\S*)/.exec(process.env.npm_config_user_agent || '') || [];
  if (parseInt(npm, 10) < 11) {
    return `npm is ${npm}, which cannot install the Node.js 24 that the scripts need: install npm 11 (npm install --global npm@11)`;
  }
  return (
    `Node.js is ${process.version}, and npm has brought no Node.js 24 for ${process.platform} on ${process.arch}: ` +
    'install Node.js 24 (https://nodejs.org)'
  );
}
