/** The thread in which the stack is synthesized; `local/run/synthesis.ts` is the other end. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { App } from 'aws-cdk-lib';
import { STAGE_NAME } from '../../infra/api/example-api.ts';
import { ApiStack, SIGNALS_PATH } from '../../infra/api-stack.ts';
import { deployment } from '../../infra/deployment.ts';
import type { IssuerSettings } from '../../infra/settings/deployment-schema.ts';
import { inStage, stacksOf } from '../../infra/settings/stages.ts';
import type { PlayedIssuer } from '../../ops/stack/running-stack.ts';
import { localSettings } from './local-settings.ts';
import type { SynthesisMessage, SynthesisOptions } from './synthesis.ts';

const options = workerData as SynthesisOptions;
const { outputFolder } = options;

/** The audience of a deployment that has no issuer of its own. */
const AUDIENCE = 'https://api.example.com';

function send(message: SynthesisMessage): void {
  parentPort?.postMessage(message);
}

try {
  const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
    context: Record<string, unknown>;
  };
  const stages = stacksOf(deployment).flatMap((each) => each.stage ?? []);
  const [stack] = stacksOf(deployment, options.stage);
  if (stack === undefined) throw new Error('The deployment has no stack.');
  const { stage, settings } = stack;
  const { stackName = stack.stackName, apiKind = settings.api ?? 'rest' } = options;
  const api = apiKind === 'http' ? options.api : `${options.api}/${STAGE_NAME}`;
  const issuers = Object.entries(settings.issuers);
  const own = issuers.flatMap(([, settings]) => settings.audiences).filter((audience) => audience !== null);
  const audiences = [...new Set([...(own.length === 0 ? [AUDIENCE] : own), api])];
  const app = new App({ context, outdir: outputFolder, autoSynth: false });
  const addresses = { apiKind, api, signals: `${api}${SIGNALS_PATH}`, audiences };
  const local = localSettings(settings, options, addresses);
  inStage(stage, () => new ApiStack(app, stackName, { deployment: local, stage }));
  app.synth();
  const played = {
    alias: options.alias,
    issuers: issuers.map(aliasAndIssuer),
    realIssuers: [],
    routes: settings.routes,
  };
  send({ done: true, stackName, stage, stages, played: { ...played, ...addresses } });
} catch (error) {
  send({ failure: error instanceof Error ? error.message : String(error) });
}

function aliasAndIssuer([alias, { issuer }]: [alias: string, settings: IssuerSettings]): PlayedIssuer {
  return { alias, issuer };
}
