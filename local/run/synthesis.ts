import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AuthorizerSettings } from '../../infra/settings/deployment-schema.ts';
import type { ApiKind, Route } from '../../lambda/policy/route.ts';
import type { PlayedIssuer } from '../../ops/stack/running-stack.ts';
import { readAssembly, type SynthesizedStack } from '../cloudformation/assembly-view.ts';
import { LocalRunError } from '../errors.ts';

/** The local issuer that replaces the deployment's own, and the folder of the assembly. */
export interface SynthesisOptions {
  readonly alias: string;
  readonly issuer: string;
  /** The address of the local transmitter of signals. */
  readonly transmitter: string;
  /** The address of the API without its stage. */
  readonly api: string;
  /** The kind of the API; undefined: as deployment.ts says. */
  readonly apiKind: ApiKind | undefined;
  /** undefined: as deployment.ts says. */
  readonly resultTtlSeconds: number | undefined;
  /** undefined: as deployment.ts says. */
  readonly cachePer: AuthorizerSettings['cachePer'];
  /** The stage to run; undefined: the first one. */
  readonly stage: string | undefined;
  /** undefined: as deployment.ts says. */
  readonly stackName: string | undefined;
  readonly outputFolder: string;
}

/** The stack that was synthesized. */
export interface ChosenStack {
  readonly stackName: string;
  /** undefined: the deployment has no stages. */
  readonly stage: string | undefined;
  /** All stages of the deployment. */
  readonly stages: readonly string[];
}

/** What the local authorization server and transmitter must play, read from the deployment. */
export interface PlayedDeployment {
  /** The alias under which the API trusts the local authorization server; undefined: it trusts only its own issuers. */
  readonly alias: string | undefined;
  /** The address below which the API receives signals of the local servers; undefined: it receives none of theirs. */
  readonly signals: string | undefined;
  /** The audiences of the API; the first one is that of a token for which nobody asks for another. */
  readonly audiences: readonly string[];
  /** The issuers that the local authorization server stands in for. */
  readonly issuers: readonly PlayedIssuer[];
  /** The issuers whose tokens are verified with their own keys. */
  readonly realIssuers: readonly PlayedIssuer[];
  readonly routes: readonly Route[];
}

export type SynthesisMessage =
  | ({ readonly done: true; readonly played: PlayedDeployment } & ChosenStack)
  | { readonly failure: string };

/** A stack to run, with what the local servers must play for it. */
export interface Synthesis extends SynthesizedStack, ChosenStack {
  readonly played: PlayedDeployment;
}

/**
 * Synthesizes the stack as `cdk synth` does, but with a local issuer. It runs in a worker, because bundling blocks its
 * thread, and signals and the other servers must not wait for it.
 * @throws LocalRunError with the sentence that synth would print
 */
export async function synthesize(options: SynthesisOptions, signal: AbortSignal): Promise<Synthesis> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./synthesis.worker.ts', import.meta.url), {
    workerData: options,
    execArgv: [],
    env: {
      ...process.env,
      // Validation by CDK's rules takes five sixths of the time, and finds nothing that `cdk synth` does not.
      CDK_VALIDATION: 'false',
      // A terminated worker leaves its files, which are then deleted with the run's own folder.
      TMPDIR: dirname(options.outputFolder),
    },
    stdout: true,
    stderr: true,
  });
  // CDK's warnings are for deployments, and `cdk synth` prints them. Our stdout holds one line of JSON.
  worker.stdout.resume();
  worker.stderr.resume();
  const aborted = () => void worker.terminate();
  signal.addEventListener('abort', aborted, { once: true });
  const message = await messageOf(worker);
  signal.removeEventListener('abort', aborted);
  signal.throwIfAborted();
  if ('failure' in message) throw new LocalRunError(message.failure);
  return { ...(await readAssembly(options.outputFolder, message.stackName)), ...message };
}

function messageOf(worker: Worker): Promise<SynthesisMessage> {
  return new Promise((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error: Error) => resolve({ failure: failureText(error) }));
    worker.once('exit', () => resolve({ failure: 'The synthesis of the stack ended without a result.' }));
  });
}

/** JavaScript's own errors do not name the place, unlike those of a setting that was checked. */
export function failureText({ name, message, stack = '' }: Error): string {
  const [place] = name === 'Error' ? [] : (/[^/\s]+\/[^/\s]+\.ts:\d+/.exec(stack) ?? []);
  return place === undefined ? message : `${place} cannot be read (\`npm run typecheck\` says more): ${message}.`;
}
