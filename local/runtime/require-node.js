// JavaScript of any age, since it is for those whose Node.js cannot run the rest. npm runs it at the end of an installation.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 3)) {
  console.error(
    `Node.js is ${process.version}, and there is no package of Node.js 24 for ${process.platform} on ${process.arch}: ` +
      'install Node.js 24 (https://nodejs.org) and repeat the command.',
  );
  process.exitCode = 1;
}
