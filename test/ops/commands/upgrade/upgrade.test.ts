import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizerDescription } from '../../../../lambda/configuration/authorizer-description.ts';
import type { TrustedIssuer } from '../../../../lambda/token/trusted-issuer.ts';
import { tableChange } from '../../../../ops/commands/upgrade/upgrade-changes.ts';
import { type NextTable, readNextDeployment } from '../../../../ops/stack/next-deployment.ts';
import {
  describedAuthorizer,
  type OperatorAtWork,
  operatorAtWork,
} from '../../../support/operator/operator-at-work.ts';
import { trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

const present = describedAuthorizer([trustedIssuer({ formerAliases: ['old'] })]);

let operator: OperatorAtWork;
beforeEach(async () => {
  operator = await operatorAtWork(present, {});
});
afterEach(() => operator.leave());

const TABLE = { Ref: 'AuthorizerTable01CD0BD1' };

/** A template as CDK writes it: the description is an `Fn::Join` where CloudFormation fills something in. */
function templateOf(description: AuthorizerDescription, table: object | string): object {
  const configuration = { ...description.configuration, revocationTable: '<table>' };
  const [start = '', end = ''] = JSON.stringify({ ...description, configuration }).split('<table>');
  const text = typeof table === 'string' ? `${start}${table}${end}` : { 'Fn::Join': ['', [start, table, end]] };
  return { Resources: { Fn: { Type: 'AWS::Lambda::Function', Metadata: { 'bearer-authorizer': text } } } };
}

async function fileWith(content: object | string): Promise<string> {
  const path = join(operator.folder, 'next.template.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** The template of a deployment that reads the same table, by its name. */
const next = (issuers: readonly TrustedIssuer[], changes = {}) =>
  fileWith(templateOf(describedAuthorizer(issuers, changes), operator.table.name));

const put = (target: string) => operator.table.put({ target: { S: target } });

describe('upgrade', () => {
  it('finds nothing and exits with 0 when nothing changes', async () => {
    await put('sub#main#alice');
    await put('sub#old#bob');
    await put('SUB#main#revokes-nothing-today');
    const path = await next(present.configuration.issuers);
    expect(await operator.run(`upgrade ${path}`)).toEqual({
      exitCode: 0,
      out: '3 entries inspected: all that revoke now go on revoking.\n',
      err: '',
    });
  });

  it.each([
    ['HTTP APIs in place of REST APIs', ['http'], /^The deployment has HTTP APIs, and no REST APIs any more: .*\.\n$/],
    ['HTTP APIs next to REST APIs', ['rest', 'http'], /^$/],
    ['REST APIs, as before HTTP APIs could be described', undefined, /^$/],
  ] as const)('finds no change, but tells of it, where the deployment has %s', async (_, apis, told) => {
    await put('sub#main#alice');
    const description = { ...present, ...(apis !== undefined && { apis }) };
    const path = await fileWith(templateOf(description, operator.table.name));
    expect(await operator.run(`upgrade ${path}`)).toMatchObject({ exitCode: 0, err: expect.stringMatching(told) });
  });

  it('counts the entries of an alias that would be unknown, and says how they go on revoking', async () => {
    for (const target of ['sub#main#a', 'jti#main#b', 'iss#old']) await put(target);
    const { exitCode, out } = await operator.run(`upgrade ${await next([trustedIssuer({ alias: 'idp' })])}`);
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /eu-west-1: unknown-alias \(2\): Entries of the alias main .*add formerAliases: \['main'\] to issuers\.idp\./,
    );
    expect(out).toMatch(
      /unknown-alias \(1\): Entries of the alias old .*add formerAliases: \['old'\] to issuers\.idp\./,
    );
    expect(out).toMatch(/3 entries inspected: NOT ALL of them would go on revoking\./);
  });

  it('ignores an issuer that is no longer trusted, whose tokens are rejected anyway', async () => {
    await put('sub#main#alice');
    const path = await next([trustedIssuer({ alias: 'other', issuer: 'https://other.example/' })]);
    expect((await operator.document(`upgrade ${path}`)).changes).toEqual([]);
  });

  it.each<[string, Partial<TrustedIssuer>, string, RegExp]>([
    [
      'another claim for the token id',
      { claimNames: { scopes: [], jwtId: 'uti', session: 'sid', client: ['client_id', 'azp'] } },
      'other-claims',
      /The claims of main that hold jwtId change/,
    ],
    ['a longer life of tokens', { maxTokenAge: 172_800 }, 'longer-life', /would live 172805 s .* 86405 s now/],
    [
      'another issuer of the alias',
      { issuer: 'https://new.example/' },
      'another-issuer',
      /give that one a new alias\./,
    ],
  ])('reports %s', async (_name, settings, kind, sentence) => {
    const path = await next([trustedIssuer({ formerAliases: ['old'], ...settings })]);
    const { changes } = await operator.document(`upgrade ${path}`);
    expect(changes).toMatchObject([{ kind, sentence: expect.stringMatching(sentence) }]);
  });

  it('reports a claim that names subjects no longer, and not one that is added', async () => {
    await operator.leave();
    operator = await operatorAtWork(
      describedAuthorizer([trustedIssuer({ subjectAliases: [['uid'], ['act', 'sub']] })]),
    );
    const changesWith = async (subjectAliases: readonly (readonly string[])[]) =>
      (await operator.document(`upgrade ${await next([trustedIssuer({ subjectAliases })])}`)).changes;
    expect(await changesWith([['uid'], ['act', 'sub']])).toEqual([]);
    expect(await changesWith([['uid']])).toMatchObject([
      { kind: 'other-claims', sentence: expect.stringContaining('would not count for the claim act.sub any more') },
    ]);
    expect(await changesWith([])).toMatchObject([{ sentence: expect.stringContaining('the claim uid or act.sub') }]);
    expect(await changesWith([['uid'], ['act.sub']])).toMatchObject([
      { sentence: expect.stringContaining('would not count for the claim act.sub any more') },
    ]);
  });

  it('reports a claim of the deployment that is another one, and entries of one that is left out', async () => {
    await operator.leave();
    operator = await operatorAtWork(
      describedAuthorizer([trustedIssuer()], { revocationClaims: { tenant: ['org_id'], agent: ['act', 'sub'] } }),
    );
    await put('clm#main#tenant#acme');
    await put('clm#main#agent#bot');
    const changesWith = async (revocationClaims: Readonly<Record<string, readonly string[]>>) =>
      (await operator.document(`upgrade ${await next([trustedIssuer()], { revocationClaims })}`)).changes;
    expect(await changesWith({ agent: ['act', 'sub'], tenant: ['org_id'] })).toEqual([]);
    expect(await changesWith({ agent: ['act', 'sub'], tenant: ['tid'] })).toMatchObject([
      { kind: 'other-claims', sentence: expect.stringContaining('The claim tenant is org_id now and would be tid') },
    ]);
    expect(await changesWith({ agent: ['act.sub'], tenant: ['org_id'] })).toMatchObject([
      { kind: 'other-claims', sentence: expect.stringContaining('is act.sub now and would be ["act.sub"]') },
    ]);
    expect(await changesWith({ tenant: ['org_id'] })).toMatchObject([
      {
        kind: 'not-read',
        sentence: expect.stringContaining('Entries of the claim agent of main would revoke nothing'),
      },
    ]);
  });

  it('reports entries of a claim that is left out, whatever its name', async () => {
    await operator.leave();
    const revocationClaims = { constructor: ['org_id'] };
    operator = await operatorAtWork(describedAuthorizer([trustedIssuer()], { revocationClaims }));
    await put('clm#main#constructor#acme');
    const path = await next([trustedIssuer()], { revocationClaims: { tenant: ['org_id'] } });
    expect((await operator.document(`upgrade ${path}`)).changes).toMatchObject([{ kind: 'not-read', entries: 1 }]);
  });

  it('reports entries of digests that would not be read', async () => {
    const digest = describedAuthorizer([trustedIssuer({ tokensWithoutId: 'digest' })]);
    await operator.leave();
    operator = await operatorAtWork(digest);
    await put(`th#main#${'a'.repeat(64)}`);
    const { changes } = await operator.document(`upgrade ${await next([trustedIssuer()])}`);
    expect(changes).toMatchObject([{ kind: 'not-read', sentence: expect.stringContaining('digest level of main') }]);
  });

  it('reports a new table by the stack name of the cloud assembly', async () => {
    await put('sub#main#alice');
    const path = await fileWith(templateOf(present, TABLE));
    const artifact = { properties: { templateFile: 'next.template.json', stackName: 'orders' } };
    await writeFile(join(operator.folder, 'manifest.json'), JSON.stringify({ artifacts: { Orders: artifact } }));
    expect((await readNextDeployment(path)).table).toEqual({ logicalId: TABLE.Ref, stackName: 'orders' });
    const { changes } = await operator.document(`upgrade ${path}`);
    expect(changes).toMatchObject([{ kind: 'another-table', sentence: expect.stringContaining(operator.table.name) }]);
  });

  it.each<[string, NextTable, boolean]>([
    ['orders-AuthorizerTable01CD0BD1-1ABCDEF', { logicalId: TABLE.Ref, stackName: 'orders' }, true],
    ['orders-AuthorizerTable01CD0BD1', { logicalId: TABLE.Ref, stackName: 'orders' }, true],
    ['orders-AuthorizerTable01CD0BD1-1ABCDEF', { logicalId: TABLE.Ref, stackName: undefined }, true],
    ['orders-AuthorizerTable01CD0BD1-1ABCDEF', { logicalId: TABLE.Ref, stackName: 'orders-2' }, false],
    ['orders-2-AuthorizerTable01CD0BD1-1ABCDEF', { logicalId: TABLE.Ref, stackName: 'orders' }, false],
    ['orders-AuthorizerTable01CD0BD1-1ABCDEF', { logicalId: 'GuardTable4711', stackName: 'orders' }, false],
    ['orders-AuthorizerTable01CD0BD1-1ABCDEF', { logicalId: 'GuardTable4711', stackName: undefined }, false],
    ['entries', { name: 'entries' }, true],
    ['entries', { name: 'entries-2' }, false],
  ])('compares the table %s with %j: the same is %s', async (table, nextTable, isKept) => {
    const changes = tableChange({ table, region: 'eu-west-1' }, { table: nextTable });
    expect(changes.map(({ kind }) => kind)).toEqual(isKept ? [] : ['another-table']);
  });

  it('says that it cannot compare a table whose name another stack exports', async () => {
    const path = await fileWith(templateOf(present, { 'Fn::ImportValue': 'tables:Entries' }));
    const { exitCode, err } = await operator.run(`upgrade ${path}`);
    expect({ exitCode, err }).toEqual({
      exitCode: 0,
      err: `${path} does not hold the name of its table: make sure that it is ${operator.table.name}.\n`,
    });
  });

  it.each<[string, object | string, RegExp]>([
    ['is not JSON', 'Resources: {}', /cannot be read as JSON: give the template that `npx cdk synth` writes/],
    ['is not an object', '[]', /does not hold a JSON object: give the template/],
    ['has no authorizer', { Resources: {} }, /describes no authorizer: give the template of the stack that has/],
    [
      'has two authorizers',
      {
        Resources: Object.assign(
          {},
          ...['A', 'B'].map((id) => ({ [id]: { Metadata: { 'bearer-authorizer': JSON.stringify(present) } } })),
        ),
      },
      /describes 2 authorizers: name one of them in the output AuthorizerLogicalId\./,
    ],
  ])('rejects a file that %s, in one sentence', async (_name, content, sentence) => {
    const { exitCode, out, err } = await operator.run(`upgrade ${await fileWith(content)}`);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('rejects a missing file', async () => {
    const { exitCode, err } = await operator.run('upgrade nowhere.json');
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(/^nowhere\.json cannot be read/) });
  });
});
