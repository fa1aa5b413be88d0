import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addStart, type StartCommand, startGrammar } from '../../../local/run/start-options.ts';
import { packageProgram } from '../../../ops/cli/caller.ts';
import { UsageError } from '../../../ops/cli/operator-error.ts';
import { parseCommandLine } from '../../../ops/cli/quiet-commander.ts';

/** The verb of the package's program. */
const parsedVerb = (argv: readonly string[]) =>
  parseCommandLine<StartCommand>(
    (found) => {
      const program = new Command('bearer-authorizer');
      addStart(program, found, packageProgram({}));
      return program;
    },
    ['start', ...argv],
  );

const parsed = (argv: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  parseCommandLine(startGrammar, argv, environment);

test.each([
  [[], { json: false, port: 3000, resultTtlSeconds: undefined, reading: undefined }],
  [['--json', '--port', '4000', '--result-ttl', '2'], { json: true, port: 4000, resultTtlSeconds: 2 }],
  [['--port=4000', '--result-ttl=0'], { port: 4000, resultTtlSeconds: 0 }],
  [['--stage', 'prod'], { stage: 'prod' }],
  [[], { api: undefined }],
  [['--api', 'http'], { api: 'http' }],
  [[], { javaFrom: 'https://api.adoptium.net' }],
  [[], { log: undefined }],
  [['--log', 'json'], { log: 'json' }],
  [['--no-download'], { javaFrom: undefined }],
  [['--download-from', 'https://mirror.example/adoptium/'], { javaFrom: 'https://mirror.example/adoptium' }],
  [['--reading', 'slashes-at-end+full-match-first'], { reading: 'slashes-at-end+full-match-first' }],
  [['--reading', 'raw+most-literals+no-empty-rest'], { reading: 'raw+most-literals+no-empty-rest' }],
])('npm start understands %j', (argv, expected) => {
  expect(parsed(argv)).toMatchObject({ kind: 'start', ...expected });
});

test.each([
  [['--prot', '4000'], '--prot'],
  [['extra'], 'extra'],
  [['-x'], '-x'],
  [['--port'], '--port'],
  [['--port', 'x'], 'x'],
  [['--port', '0'], '1 to 65530'],
  [['--port', '65531'], '65531'],
  [['--port', '1.5'], '1.5'],
  [['--result-ttl', '3601'], '0 to 3600'],
  [['--result-ttl', '-1'], '--result-ttl'],
  [['--result-ttl', '60s'], '60s'],
  [['--json=yes'], '--json'],
  [['--reading', 'decoded'], 'one of raw, '],
  [
    ['--reading', 'raw+no-empty-rest+most-literals'],
    'any of +most-literals, +method-first, +no-empty-rest in this order (HTTP API)',
  ],
  [['--reading'], '--reading'],
  [['--api', 'graphql'], '--api needs one of rest, http, and graphql was given.'],
  [['--log', 'xml'], 'one of text, json, none'],
  [['--download-from', 'mirror.example'], 'an http or https URL'],
  [['--download-from', 'https://me:hunter2@mirror.example'], 'without a user name and password'],
])('npm start rejects %j in one sentence that says %s', (argv, named) => {
  expect(() => parsed(argv)).toThrow(UsageError);
  expect(() => parsed(argv)).toThrow(named);
});

test('npm start repeats no password of an address', () => {
  expect(() => parsed(['--download-from', 'https://me:hunter2@mirror.example'])).not.toThrow(/hunter2/);
});

const lifecycle = { npm_lifecycle_event: 'start', npm_config_user_agent: 'npm/11', npm_config_yes: '' };

test.each([
  [{ npm_config_port: '4000' }, [], '--port'],
  [{ npm_config_port: 'true' }, ['4000'], '--port'],
  [{ npm_config_result_ttl: '9' }, ['--json'], '--result-ttl'],
  [{ npm_config_json: 'true' }, [], '--json'],
  [{ npm_config_download: '' }, [], '--no-download'],
])('npm start does nothing when npm kept %j and handed on %j', (kept, argv, name) => {
  const sentence =
    `npm kept ${name} for itself, so nothing was done: write npm run start -- … ${name} (or, if your shell or a script ` +
    `that runs this one gave it, unset ${Object.keys(kept)} there).`;
  expect(() => parsed(argv, { ...lifecycle, ...kept })).toThrow(new UsageError(sentence));
});

test.each([
  ['what npm says of itself', [], lifecycle],
  [
    'an option that npm kept and that is given again after --',
    ['--port', '3000'],
    { ...lifecycle, npm_config_port: '4000' },
  ],
])('npm start runs despite %s', (_, argv, environment) => {
  expect(parsed(argv, environment)).toMatchObject({ port: 3000, json: false });
});

const OWN = { app: undefined, output: undefined, stack: undefined, issuers: 'local', environmentFile: undefined };

test.each([
  [['--app', 'node app.js'], { ...OWN, app: 'node app.js' }],
  [['--output', 'cdk.out', '--stack', 'orders'], { ...OWN, output: 'cdk.out', stack: 'orders' }],
  [['--app', 'node app.js', '--issuers', 'as-deployed'], { ...OWN, app: 'node app.js', issuers: 'as-deployed' }],
  [
    ['--app', 'node app.js', '--issuers=both', '--env', '.env'],
    { ...OWN, app: 'node app.js', issuers: 'both', environmentFile: '.env' },
  ],
])('npm start and the verb run an app of the team’s own with %j', (argv, own) => {
  expect(parsed(argv)).toMatchObject({ own });
  expect(parsedVerb(argv)).toMatchObject({ kind: 'start', own });
});

test('without an app npm start runs the deployment of the clone, and the verb the app of cdk.json', () => {
  expect(parsed([])).toMatchObject({ own: undefined });
  expect(parsedVerb(['--port', '4000'])).toMatchObject({ own: OWN, port: 4000, page: true });
});

test.each([
  [['--app', 'node app.js', '--output', 'cdk.out'], "'--output <folder>'"],
  [['--app', 'node app.js', '--stage', 'prod'], "'--stage <name>'"],
  [['--output', 'cdk.out', '--api', 'http'], "'--api <kind>'"],
  [['--output', 'cdk.out', '--result-ttl', '2'], "'--result-ttl <seconds>'"],
  [
    ['--stack', 'orders'],
    '--stack is for an app of your own: name it with --app COMMAND or --output FOLDER, or leave --stack out.',
  ],
  [['--issuers', 'both'], '--issuers is for an app of your own'],
  [['--env', '.env'], '--env is for an app of your own'],
  [['--app', 'x', '--issuers', 'mine'], '--issuers needs one of local, as-deployed, both, and mine was given.'],
])('npm start rejects %j in one sentence that names %s', (argv, named) => {
  expect(() => parsed(argv)).toThrow(UsageError);
  expect(() => parsed(argv)).toThrow(named);
});

test.each([
  ['--api', 'http'],
  ['--stage', 'prod'],
  ['--result-ttl', '2'],
])('the verb has no %s, which is for infra/deployment.ts', (...argv) => {
  expect(() => parsedVerb(argv)).toThrow(`Unknown option '${argv[0]}'`);
});
