import { expect, it } from 'vitest';
import { npmScripts } from '../../../../ops/cli/caller.ts';
import { parseCommandLine } from '../../../../ops/cli/quiet-commander.ts';
import { importEntries } from '../../../../ops/commands/import/import-entries.ts';
import { revocationsGrammar } from '../../../../ops/revocations.ts';
import type { OperatorContext } from '../../../../ops/stack/operator-context.ts';
import type { RevocationStack } from '../../../../ops/stack/revocation-stack.ts';
import type { Command } from '../../../../ops/verbs.ts';
import { describedAuthorizer } from '../../../support/operator/operator-at-work.ts';
import { createRevocationTable } from '../../../support/table/test-table.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

const FILE = ['level,value', ...Array.from({ length: 150 }, (_, index) => `subject,s${index}`)].join('\n');

it('the bar of an import advances with each entry that is written, and at once over those that are there', async () => {
  const { name, client } = await createRevocationTable();
  const authorizer = describedAuthorizer([trustedIssuer()]);
  const place = { region: 'eu-west-1', api: '', flags: '--local', caller: npmScripts };
  const stack: RevocationStack = {
    regions: [{ ...place, table: name, client, authorizer }],
    operator: async () => 'ann',
  };
  const imported = async (file: string, commandLine = 'import -') => {
    const steps: number[] = [];
    const context: OperatorContext = {
      now: () => NOW,
      elapsed: () => 0,
      readStandardInput: async () => file,
      tell: () => {},
      showProgress: (_, done) => steps.push(done),
    };
    const command = parseCommandLine<Command>(revocationsGrammar, commandLine.split(' '));
    if (command.kind !== 'import') throw new Error(`${commandLine} is no import.`);
    const { text } = await importEntries(command, stack, context);
    return { text, steps: steps.filter((done, index) => done !== steps[index - 1] && done > 0) };
  };
  expect((await imported(FILE, 'import - --dry-run')).text).toMatch(/would write 150 entries; 0 are there already\./);
  expect((await imported(FILE)).steps).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
  const more = `${FILE}\nsubject,new`;
  expect((await imported(more, 'import - --dry-run')).text).toMatch(/would write 1 entry; 150 are there already\./);
  expect((await imported(more)).steps.length).toBeLessThanOrEqual(4);
});

it('Ctrl-C during an import of several Regions names the command that resumes it in this one and those to come', async () => {
  const { name, client } = await createRevocationTable();
  const table = { table: name, client, authorizer: describedAuthorizer([trustedIssuer()]) };
  const regionNamed = (region: string) => {
    return { ...table, region, api: '', flags: `--stack Api --region ${region}`, caller: npmScripts };
  };
  const regions = [regionNamed('eu-west-1'), regionNamed('us-east-1'), regionNamed('us-west-2')] as const;
  const lastWords: string[] = [];
  const context: OperatorContext = {
    now: () => NOW,
    elapsed: () => 0,
    readStandardInput: async () => 'level,value\nsubject,alice',
    tell: () => {},
    showProgress: () => {},
    onInterrupt: (words) => {
      lastWords.push(words().replace(/.* entries/s, ''));
      return () => {};
    },
  };
  const command = parseCommandLine<Command>(revocationsGrammar, ['import', '-']);
  if (command.kind !== 'import') throw new Error('It is no import.');
  await importEntries(command, { regions, operator: async () => 'ann' }, context);
  expect(lastWords).toEqual([
    expect.stringMatching(
      /confirmed in eu-west-1; .* --stack Api --region eu-west-1 --region us-east-1 --region us-west-2$/,
    ),
    expect.stringMatching(/confirmed in us-east-1; .* --stack Api --region us-east-1 --region us-west-2$/),
    expect.stringMatching(/confirmed in us-west-2; .* --stack Api --region us-west-2$/),
  ]);
});
