import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { configurationFrom, flusherConfigurationFrom } from '../../../lambda/configuration/environment.ts';
import { SIGNALS_FILE, signalsConfigurationFrom } from '../../../lambda/configuration/signals-environment.ts';
import type { InspectedIssuer } from '../../../lambda/revocation/entry-finding.ts';
import { withCopies } from '../../../local/app/asset-copies.ts';
import { authorizerOf, FUNCTION_TYPE, signalsDescription } from '../../../local/app/function-descriptions.ts';
import { localIssuer } from '../../../local/app/local-issuer.ts';
import { type ChangeIssuers, changedFiles, withIssuers } from '../../../local/app/trusted-issuers.ts';
import { readAssembly, type SynthesizedStack } from '../../../local/cloudformation/assembly-view.ts';
import type { Stack } from '../../../local/cloudformation/stack.ts';
import { objectOf, textOf, textsOf } from '../../../local/cloudformation/template.ts';
import { everySource, signalIssuers } from '../../support/signals/signal-sources.ts';
import { signalsStack } from '../../support/signals/signals-stack.ts';

const LOCAL = localIssuer('http://127.0.0.1:3001', ['https://api.example.com']);

const inPlace: ChangeIssuers = () => [LOCAL];
const nextTo = <I extends InspectedIssuer>(deployed: readonly I[]) => [...deployed, LOCAL];

/** More than the environment of a function has room for. */
const MANY = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => {
    const issuer = `https://login-${index}.example.com/${'x'.repeat(50)}`;
    return [`issuer-${index}`, oidc({ issuer, audience: 'https://api.example.com' })];
  }),
);

let synthesized: SynthesizedStack;
let manyIssuers: SynthesizedStack;
beforeAll(async () => {
  synthesized = await assembled(signalsStack({ sources: everySource }));
  manyIssuers = await assembled(
    signalsStack({ sources: everySource, settings: { issuers: { ...signalIssuers, ...MANY } } }),
  );
});

async function assembled({ stack }: ReturnType<typeof signalsStack>): Promise<SynthesizedStack> {
  const app = stack.node.root as App;
  app.synth();
  return readAssembly(app.outdir, 'team');
}

/** The variables of the functions that have one of this name. */
function variablesWith(stack: Stack, name: string): readonly Readonly<Record<string, string>>[] {
  return stack
    .resourcesOfType(FUNCTION_TYPE)
    .map(({ properties }) => textsOf(objectOf(properties, 'Environment'), 'Variables'))
    .filter((variables) => name in variables);
}

const aliases = (issuers: readonly Pick<InspectedIssuer, 'alias'>[]) => issuers.map(({ alias }) => alias);
const noFile = (name: string): string => {
  throw new Error(`The function reads ${name}.`);
};

describe.each([
  ['in place of the deployed issuers', inPlace, ['local']],
  ['next to them', nextTo, ['main', 'pool', 'local']],
])('a local issuer %s is trusted', (_, change, expected) => {
  it('by the authorizer, and by its description', () => {
    const stack = withIssuers(synthesized.stack, change);
    const [variables = {}] = variablesWith(stack, 'REVOCATION_LEVELS').filter((each) => each.MODE === undefined);
    const { issuers } = configurationFrom(variables, noFile);
    expect(aliases(issuers)).toEqual(expected);
    expect(issuers).toContainEqual(LOCAL);
    expect(authorizerOf(stack).description.configuration.issuers).toEqual(issuers);
  });

  it('by both flushers', () => {
    const flushers = variablesWith(withIssuers(synthesized.stack, change), 'MODE').map(flusherConfigurationFrom);
    expect(flushers.map(({ mode, issuers }) => [mode, aliases(issuers)])).toEqual([
      ['at-once', expected],
      ['settled', expected],
    ]);
  });

  it('by the receiver of signals, whose asset is copied', async () => {
    const { stack, assets } = synthesized;
    const folder = await mkdtemp(join(tmpdir(), 'copies-'));
    const copies = await withCopies(assets, changedFiles(stack, change), folder);
    const trusting = withIssuers(stack, change);
    const [receiver] = trusting
      .resourcesOfType(FUNCTION_TYPE)
      .filter(({ logicalId }) => logicalId.startsWith('Signals'));
    const key = textOf(objectOf(receiver?.properties ?? {}, 'Code'), 'S3Key');
    const original = await readFile(join(assets(key) ?? '', SIGNALS_FILE), 'utf8');
    const copy = await readFile(join(copies(key) ?? '', SIGNALS_FILE), 'utf8');
    const [variables = {}] = variablesWith(trusting, 'SIGNALS_VALUES');
    const configuration = signalsConfigurationFrom(variables, () => copy);
    expect(aliases(configuration.issuers)).toEqual(expected);
    expect(signalsDescription(trusting)?.configuration).toEqual(configuration);
    const [deployedVariables = {}] = variablesWith(stack, 'SIGNALS_VALUES');
    const deployed = signalsConfigurationFrom(deployedVariables, () => original);
    expect(configuration).toEqual({ ...deployed, issuers: configuration.issuers });
    expect(aliases(deployed.issuers)).toEqual(['main', 'pool']);
    expect(await readFile(join(copies(key) ?? '', 'index.cjs'))).toEqual(
      await readFile(join(assets(key) ?? '', 'index.cjs')),
    );
  });
});

it('all issuers are in the variable, also those that the deployment has in a file', () => {
  const [deployed] = variablesWith(manyIssuers.stack, 'ISSUERS_FILE');
  expect(deployed).toBeDefined();
  const stack = withIssuers(manyIssuers.stack, nextTo);
  const [variables = {}] = variablesWith(stack, 'REVOCATION_LEVELS').filter((each) => each.MODE === undefined);
  expect(aliases(configurationFrom(variables, noFile).issuers)).toHaveLength(15);
});

it('what knows no issuers stays as it is', () => {
  const { stack } = synthesized;
  const isOther = ({ logicalId }: { logicalId: string }) => !/^(Authorizer|Signals)/.test(logicalId);
  const changed = withIssuers(stack, inPlace);
  for (const type of [FUNCTION_TYPE, 'AWS::DynamoDB::Table', 'AWS::ApiGateway::Method']) {
    expect(changed.resourcesOfType(type).filter(isOther)).toEqual(stack.resourcesOfType(type).filter(isOther));
  }
});
