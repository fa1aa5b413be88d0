/** The thread in which the stack is synthesized; `local/run/synthesis.ts` is the other end. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { App, Duration } from 'aws-cdk-lib';
import { ApiStack } from '../../infra/api-stack.ts';
import { deployment } from '../../infra/deployment.ts';
import { oidc } from '../../infra/issuers/oidc.ts';
import type { IssuerSettings } from '../../infra/settings/deployment-schema.ts';
import type { PlayedIssuer } from '../../ops/stack/running-stack.ts';
import { STACK_NAME, type SynthesisMessage, type SynthesisOptions } from './synthesis.ts';

const options = workerData as SynthesisOptions;
const { alias, issuer, resource, resultTtlSeconds, outputFolder } = options;

/** The audience of a deployment that has no issuer of its own. */
const AUDIENCE = 'https://api.example.com';

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
  const issuers = Object.entries(deployment.issuers);
  const own = issuers.flatMap(([, settings]) => settings.audiences).filter((audience) => audience !== null);
  const audiences = [...new Set([...(own.length === 0 ? [AUDIENCE] : own), resource])];
  new ApiStack(app, STACK_NAME, {
    deployment: {
      ...settings,
      issuers: { [alias]: oidc({ issuer, audience: audiences }) },
      resource,
      resultTtl,
      cachePer,
    },
  });
  app.synth();
  send({ done: true, played: { audiences, issuers: issuers.map(aliasAndIssuer), routes: deployment.routes } });
} catch (error) {
  send({ failure: error instanceof Error ? error.message : String(error) });
}

function aliasAndIssuer([alias, { issuer }]: [alias: string, settings: IssuerSettings]): PlayedIssuer {
  return { alias, issuer };
}
