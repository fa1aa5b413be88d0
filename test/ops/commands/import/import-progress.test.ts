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
  expect((await imported(more, 'import - --dry-run')).text).toMatch(/would write 1 entries; 150 are there already\./);
  expect((await imported(more)).steps.length).toBeLessThanOrEqual(4);
});
