import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiChanges } from '../../package/api-changes.ts';
import { checkRelease, compareVersions } from '../../package/release-check.ts';

const REPORT = `## API Report File for "orders"

\`\`\`ts

import { Construct } from 'constructs';

// @public
export class Orders extends Construct {
    constructor(scope: Construct, id: string, settings: OrdersSettings);
    addStage(stage: string): void;
    get apis(): readonly string[];
    // (undocumented)
    readonly table: string;
}

// @public
export interface OrdersSettings {
    readonly routes: readonly string[];
    readonly ttl?: number;
}

// @public (undocumented)
type Hidden = 'a';

// @public
export type Level = 'token' | 'key';

// @public
export function oidc(issuer: string): string;

// (No @packageDocumentation comment for this package)

\`\`\`
`;

const changed = (from: string, to: string) => {
  expect(REPORT).toContain(from);
  return REPORT.replace(from, to);
};

const NONE = { breaking: [], added: [] };

describe('the changes of a public API', () => {
  it.each([
    ['nothing', REPORT, NONE],
    ['a type that no app can import', changed("Hidden = 'a'", 'Hidden = 7'), NONE],
    [
      'a function that is gone',
      changed('export function oidc(issuer: string): string;', ''),
      { breaking: ['oidc'], added: [] },
    ],
    ['a parameter', changed('issuer: string', 'issuer: URL'), { breaking: ['oidc'], added: [] }],
    ['a union', changed("'token' | 'key'", "'token'"), { breaking: ['Level'], added: [] }],
    [
      'a method that is gone',
      changed('    addStage(stage: string): void;\n', ''),
      { breaking: ['Orders.addStage'], added: [] },
    ],
    [
      'a member of another type',
      changed('readonly table: string', 'readonly table: URL'),
      { breaking: ['Orders.table'], added: [] },
    ],
    ['an accessor', changed('apis(): readonly string[]', 'apis(): string'), { breaking: ['Orders.apis'], added: [] }],
    [
      'a constructor',
      changed('settings: OrdersSettings)', 'settings: URL)'),
      { breaking: ['Orders.constructor'], added: [] },
    ],
    [
      'a setting that must be given',
      changed('ttl?: number', 'ttl: number'),
      { breaking: ['OrdersSettings.ttl'], added: [] },
    ],
    [
      'a new setting that must be given',
      changed('    readonly ttl?', '    readonly table: string;\n    readonly ttl?'),
      { breaking: ['OrdersSettings.table'], added: [] },
    ],
    [
      'a new setting that may be given',
      changed('    readonly ttl?', '    readonly table?: string;\n    readonly ttl?'),
      { breaking: [], added: ['OrdersSettings.table'] },
    ],
    [
      'a new method',
      changed('    get apis', '    lint(): void;\n    get apis'),
      { breaking: [], added: ['Orders.lint'] },
    ],
    ['a new function', `${REPORT}\n// @public\nexport function okta(): string;\n`, { breaking: [], added: ['okta'] }],
  ])('are found: %s', (_, after, expected) => {
    expect(apiChanges(REPORT, after)).toEqual(expected);
  });

  it('are none between our report and itself, and its exports are read', () => {
    const report = readFileSync('infra/library.api.md', 'utf8');
    expect(apiChanges(report, report)).toEqual(NONE);
    expect(apiChanges('', report).added).toEqual(expect.arrayContaining(['BearerAuthorizer', 'auth0', 'Route']));
  });
});

const BROKEN = changed('    addStage(stage: string): void;\n', '');
const ADDED = `${REPORT}\n// @public\nexport function okta(): string;\n`;
const TOLD = 'call `flushStage` in place of `addStage`';

function problems(version: string, { last = '0.1.0', report = REPORT, told = TOLD, heading = version }) {
  const changelog = `# Changelog\n\n## [Unreleased]\n\n## [${heading}] - 2026-12-01\n\n### Changed\n\n- ${told}\n\n## [0.1.0]\n\n- x\n`;
  return checkRelease({ version, changelog, report, last: { version: last, report: REPORT } }).problems;
}

describe('a release', () => {
  it.each([
    ['0.1.1', {}],
    ['0.1.1', { report: ADDED }],
    ['0.2.0', { report: BROKEN }],
    ['1.0.0', { report: BROKEN }],
    ['1.2.4', { last: '1.2.3' }],
    ['1.3.0', { last: '1.2.3', report: ADDED }],
    ['2.0.0', { last: '1.2.3', report: BROKEN }],
  ])('%s is right after %j', (version, given) => {
    expect(problems(version, given)).toEqual([]);
  });

  it.each([
    ['0.1.0', {}, 'The version is 0.1.0, and 0.1.0 is released: set it to 0.1.1 or newer in package.json.'],
    [
      '0.1.1',
      { report: BROKEN },
      'Orders.addStage of 0.1.0 cannot be used as before: set it to 0.2.0 or newer in package.json.',
    ],
    ['1.3.0', { last: '1.2.3', report: BROKEN }, 'set it to 2.0.0 or newer'],
    [
      '1.2.4',
      { last: '1.2.3', report: ADDED },
      'The version is 1.2.4, and okta came after 1.2.3: set it to 1.3.0 or newer',
    ],
    ['0.2.0', { report: BROKEN, told: 'faster' }, 'CHANGELOG.md does not name Orders.addStage under [0.2.0]'],
    ['0.1.1', { heading: '0.1.2' }, 'CHANGELOG.md has no section [0.1.1]: write what its users notice.'],
  ])('%s is rejected after %j', (version, given, sentence) => {
    expect(problems(version, given)).toEqual([expect.stringContaining(sentence)]);
  });

  it('is rejected while changes stand under Unreleased', () => {
    const changelog = '# Changelog\n\n## [Unreleased]\n\n- new\n\n## [0.1.0]\n\n- x\n';
    expect(checkRelease({ version: '0.1.0', changelog, report: REPORT, last: undefined }).problems).toEqual([
      'CHANGELOG.md has changes under Unreleased: move them under a heading [0.1.0] with the date.',
    ]);
  });

  it.each(['1.0.0-rc.1', '1.0.0+5', '1.0', 'v1.0.0', '1.0.00', ''])('%j is the version of no release', (version) => {
    expect(problems(version, {})).toEqual([
      `The version is ${version}: write three numbers such as 1.2.3 in package.json.`,
    ]);
  });

  it('compares versions by their numbers', () => {
    const versions = ['0.10.0', '0.2.0', '1.0.0', '0.2.10', '0.2.9'];
    expect(versions.toSorted(compareVersions)).toEqual(['0.2.0', '0.2.9', '0.2.10', '0.10.0', '1.0.0']);
  });
});
