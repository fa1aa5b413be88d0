import { argv, env, exit, stdout } from 'node:process';
import type { APIGatewayAuthorizerResult } from 'aws-lambda';

/**
 * One cold start: a process that loads a bundle, has it decide once and says how that went, as Lambda's runtime would.
 * Bundled to CommonJS before it is measured: no types are left to strip, and `require` loads the bundle as in Lambda.
 */
export interface FirstDecision {
  /** `Allow` or `Deny` as the policy's first statement says, or the message of what was thrown. */
  readonly outcome: string;
  /** When the process began: milliseconds since the epoch. */
  readonly origin: number;
  /** Milliseconds since then: when its own code ran, when the bundle was loaded, when it had decided. */
  readonly started: number;
  readonly loaded: number;
  readonly decided: number;
  /** Milliseconds of CPU, all threads and the start of Node.js included. */
  readonly cpu: number;
}

type Handler = (event: unknown) => Promise<APIGatewayAuthorizerResult>;

const started = performance.now();
const { handler } = require(String(argv[2])) as { readonly handler: Handler };
const loaded = performance.now();
void handler(JSON.parse(String(env.BENCH_EVENT))).then(
  ({ policyDocument }) => say(String(policyDocument.Statement[0]?.Effect)),
  (error: Error) => say(error.message),
);

function say(outcome: string): void {
  const decided = performance.now();
  const { user, system } = process.cpuUsage();
  const answer: FirstDecision = {
    outcome,
    origin: performance.timeOrigin,
    started,
    loaded,
    decided,
    cpu: (user + system) / 1000,
  };
  // Behind a mark, because a handler may log to the same stream.
  stdout.write(`\n#${JSON.stringify(answer)}\n`, () => exit(0));
}
