import { argv, env, exit, stdout } from 'node:process';
import type { APIGatewayAuthorizerResult } from 'aws-lambda';

/**
 * The output of one cold start: a process that loads a bundle as Lambda's runtime would, lets it decide once and prints this.
 * It is bundled to CommonJS, so that Node.js strips no types, and `require` loads the bundle as in Lambda.
 */
export interface FirstDecision {
  /** The effect of the policy's first statement (`Allow` or `Deny`), or the message of the error. */
  readonly outcome: string;
  /** When the process began: milliseconds since the epoch. */
  readonly origin: number;
  /** Milliseconds since `origin` at which its own code started, the bundle was loaded, and it had decided. */
  readonly started: number;
  readonly loaded: number;
  readonly decided: number;
  /** CPU time in milliseconds, including all threads and the start of Node.js. */
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
  // Marked with #, because a handler may log to the same stream.
  stdout.write(`\n#${JSON.stringify(answer)}\n`, () => exit(0));
}
