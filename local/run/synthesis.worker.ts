/** The thread in which the stack is synthesized; `local/run/synthesis.ts` is the other end. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { App, Duration } from 'aws-cdk-lib';
import { ApiStack } from '../../infra/api-stack.ts';
import { deployment } from '../../infra/deployment.ts';
import { oidc } from '../../infra/issuers/oidc.ts';
import { STACK_NAME, type SynthesisMessage, type SynthesisOptions } from './synthesis.ts';

const options = workerData as SynthesisOptions;
const { alias, issuer, audience, resource, resultTtlSeconds, outputFolder } = options;

function send(message: SynthesisMessage): void {
  parentPort?.postMessage(message);
}

try {
  const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
    context: Record<string, unknown>;
  };
  const app = new App({ context, outdir: outputFolder, autoSynth: false });
  const resultTtl = resultTtlSeconds === undefined ? deployment.resultTtl : Duration.seconds(resultTtlSeconds);
  const { cachePer = deployment.cachePer ?? 'token' } = options;
  // A given table exists in AWS, not here.
  const { revocationTable: _revocationTable, ...settings } = deployment;
  new ApiStack(app, STACK_NAME, {
    deployment: {
      ...settings,
      issuers: { [alias]: oidc({ issuer, audience: [audience, resource] }) },
      resource,
      resultTtl,
      cachePer,
    },
  });
  app.synth();
  send({ done: true });
} catch (error) {
  send({ failure: error instanceof Error ? error.message : String(error) });
}
