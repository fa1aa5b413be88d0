import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RESERVED_CONTEXT_NAMES } from '../infra/settings/authorizer-check.ts';
import { FAILURE_CAUSES } from '../lambda/errors.ts';
import { isBreakGlass, REVOCATION_LEVELS, TARGET_PREFIXES } from '../lambda/revocation/revocation-level.ts';
import { revocationsGrammar } from '../ops/revocations.ts';

describe('a list in the documents', () => {
  it('has every target prefix of a revocation entry', () => {
    const prefixes = sectionOf('docs/revoking.md', 'Levels').match(/(?<=^\|[^|]*\| `)\w+(?=#)/gm);
    expect(prefixes).toEqual(Object.keys(TARGET_PREFIXES));
  });

  it('has every revocation level that `revoke` takes', () => {
    const levels = sectionOf('docs/revoking.md', 'The commands').match(/(?<=^\| `revoke` )[^|]*(?= \|)/m);
    expect(levels?.join()).toBe(REVOCATION_LEVELS.join(', '));
  });

  it('has every revocation level in the row of the policy that lets people revoke it', () => {
    const table = sectionOf('docs/operations.md', 'Who may do what');
    const levelsOf = (row: RegExp) => table.match(row)?.join().match(/\w+/g)?.filter(isLevel);
    expect(levelsOf(/^\| Operators .*$/m)).toEqual(REVOCATION_LEVELS.filter((level) => !isBreakGlass(level)));
    expect(levelsOf(/^\| BreakGlass .*$/m)).toEqual(REVOCATION_LEVELS.filter(isBreakGlass));
  });

  it('has every revocation level in the glossary', () => {
    const levels = sectionOf('ARCHITECTURE.md', 'Glossary').match(/(?<=^\| revocation level \| )[^|]*(?= \|)/m);
    expect(levels?.join()).toBe(REVOCATION_LEVELS.join(', '));
  });

  it('has every name that is in each context', () => {
    const names = RESERVED_CONTEXT_NAMES.filter((name) => name !== 'integrationLatency');
    const [outcome] = sectionOf('docs/guarantees.md', 'The four outcomes').match(/^\| allowed \|.*$/m) ?? [];
    expect(outcome?.match(/(?<=`)\w+(?=`)/g)?.toSorted()).toEqual(names.toSorted());
    const [comment] = readFileSync('docs/api.md', 'utf8').match(/(?<=\*Default:\* none: only ).*(?= are there)/) ?? [];
    const said = comment?.split(/, | and /) ?? [];
    expect(['principalId', ...said].toSorted()).toEqual(names.toSorted());
  });

  it('has every command of the tool', () => {
    const cells = sectionOf('docs/revoking.md', 'The commands').match(/^\| `.*? \|/gm);
    const { commands } = revocationsGrammar(() => {});
    expect(cells?.join().match(/(?<=`)[a-z]+/g)).toEqual(commands.map((command) => command.name()));
  });

  it('has every option of the construct and of infra/deployment.ts', () => {
    const rows = sectionOf('docs/adding-to-your-api.md', 'Options').match(/^\|.*\|$/gm);
    const interfaces = ['AuthorizerSettings', 'StackSettings', 'Deployment'];
    const members = new Set(interfaces.flatMap(membersOf));
    const options = members.difference(new Set(['issuers', 'routes']));
    const named = rows?.join().match(/(?<=`)\w+(?=`)/g);
    expect(named?.toSorted()).toEqual([...options].toSorted());
  });

  it('has every cause of a decision that fails', () => {
    const items = sectionOf('docs/operations.md', 'DecisionsFail').match(/^- `.*?:/gm);
    const causes = items?.join().match(/(?<=`)[a-z-]+(?=`)/g);
    expect(causes?.toSorted()).toEqual(FAILURE_CAUSES.toSorted());
  });
});

function isLevel(word: string): boolean {
  return REVOCATION_LEVELS.some((level) => level === word);
}

/** The text below a heading, up to the next one. */
function sectionOf(document: string, heading: string): string {
  const [, rest = ''] = readFileSync(document, 'utf8').split(new RegExp(`^#+ ${heading}$`, 'm'));
  return rest.split(/^#/m)[0] ?? '';
}

/** The members that an interface of the settings declares itself, read from its source. */
function membersOf(name: string): readonly string[] {
  const schema = readFileSync('infra/settings/deployment-schema.ts', 'utf8');
  const [, body = ''] = new RegExp(`export interface ${name} .*?\\{\n(.*?)\n\\}`, 's').exec(schema) ?? [];
  return body.match(/(?<=^ {2}readonly )\w+/gm) ?? [];
}
