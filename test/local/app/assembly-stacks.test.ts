import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chosenStack } from '../../../local/app/assembly-stacks.ts';

const GUARDED = { Type: 'AWS::Lambda::Function', Metadata: { 'bearer-authorizer': '{}' } };
const OTHER = { Type: 'AWS::Lambda::Function', Metadata: { 'aws:cdk:path': 'x' } };

/** Writes an assembly of stacks by their names. */
async function assembly(stacks: Readonly<Record<string, object>>, missing: readonly string[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assembly-'));
  const artifacts = Object.fromEntries(Object.keys(stacks).map((name) => [name, { type: 'aws:cloudformation:stack' }]));
  const manifest = {
    artifacts: { ...artifacts, Tree: { type: 'cdk:tree' } },
    missing: missing.map((key) => ({ key })),
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  for (const [name, resource] of Object.entries(stacks)) {
    await writeFile(join(folder, `${name}.template.json`), JSON.stringify({ Resources: { Function: resource } }));
  }
  return folder;
}

describe('the stack of an assembly that is run', () => {
  it('is the only one with an authorizer', async () => {
    expect(await chosenStack(await assembly({ network: OTHER, orders: GUARDED }), undefined)).toBe('orders');
  });

  it('is the one that is named', async () => {
    expect(await chosenStack(await assembly({ orders: GUARDED, invoices: GUARDED }), 'invoices')).toBe('invoices');
  });
});

describe('one sentence says', () => {
  it.each([
    [
      'that no stack has an authorizer',
      assembly({ network: OTHER, web: OTHER }),
      undefined,
      'No stack of the app has an authorizer: add a BearerAuthorizer to one, and attach it to an API.',
    ],
    [
      'which of several stacks can be chosen',
      assembly({ orders: GUARDED, web: OTHER, invoices: GUARDED }),
      undefined,
      'Several stacks of the app have an authorizer: choose one with --stack NAME, of orders, invoices.',
    ],
    [
      'which stacks there are in place of one that is named',
      assembly({ orders: GUARDED, web: OTHER }),
      'web',
      'web is no stack of the app with an authorizer: choose one with --stack NAME, of orders.',
    ],
    [
      'what the app would ask AWS for',
      assembly({ orders: GUARDED }, ['vpc-provider:account=1', 'hosted-zone:b']),
      undefined,
      'The app needs values that AWS knows (vpc-provider:account=1 and 1 more): run `npx cdk synth` once with credentials, which writes them into cdk.context.json.',
    ],
  ])('%s', async (_, folder, name, sentence) => {
    await expect(chosenStack(await folder, name)).rejects.toThrow(sentence);
  });
});
