import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../ops/revocations.ts';
import { anyText, RAW } from '../../support/any-text.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import {
  describedAuthorizer,
  finished,
  type OperatorAtWork,
  operatorAtWork,
} from '../../support/operator/operator-at-work.ts';
import { goodClaims, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const key = createSigningKey('ES256', 'key-1');
let issuer: LoopbackServer;
let operator: OperatorAtWork;
beforeAll(async () => {
  issuer = await startLoopbackServer(keySet(key.publicJwk));
  operator = await operatorAtWork(describedAuthorizer([trustedIssuer({ jwksUri: `${issuer.address}/jwks` })]));
});
afterAll(async () => {
  await operator.leave();
  await issuer.close();
});

/** DynamoDB stores UTF-8, so a table cannot hold half a surrogate pair. */
const stored = anyText.map((text) => text.toWellFormed());

/** Everything that a command prints, as text and as JSON. */
async function printed(commandLine: string, standardInput?: string): Promise<readonly string[]> {
  const text = await operator.run(commandLine, standardInput);
  const json = await operator.run(`${commandLine} --json`, standardInput);
  if (json.out !== '') JSON.parse(json.out);
  return [text.out, text.err, json.out, json.err];
}

/** Tabs separate the eight values in a line of `list`, and stand nowhere else. */
function withoutSeparators(text: string): string {
  return text.replaceAll(/^(?:[^\t\n]*\t){7}[^\t\n]*$/gm, (line) => line.replaceAll('\t', ' '));
}

describe('outside text is escaped before it reaches the terminal', () => {
  it('from an entry, in list, show, lint and restore', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(stored, stored, stored, async (value, reason, author) => {
        const target = `sub#main#x${value}`;
        await operator.table.put({ target: { S: target }, reason: { S: reason }, revokedBy: { S: author } });
        await operator.table.put({ target: { S: `SUB#${value}#y` }, revokedAt: { S: author } });
        const all = [
          ...(await printed('list --limit 1')),
          ...(await printed('list --all')),
          ...(await printed('lint')),
          ...(await shownRaw(target)),
        ];
        await Promise.all([operator.table.remove(target), operator.table.remove(`SUB#${value}#y`)]);
        for (const text of all) expect(withoutSeparators(text)).not.toMatch(RAW);
      }),
      { numRuns: 12 },
    );
  });

  it('from an entry after which a page ends: the command for the next page is left out', async () => {
    await operator.table.put({ target: { S: 'sub#main#\u202eecila' } });
    await operator.table.put({ target: { S: 'sub#main#\u001b[2J' } });
    const { err } = await operator.run('list --limit 1');
    await operator.table.remove('sub#main#\u202eecila');
    await operator.table.remove('sub#main#\u001b[2J');
    expect(err).toMatch(/There are more: see them with --all\./);
  });

  it('from a token, in check', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (text, other) => {
        const claims = goodClaims({ sub: `s${text}`, scope: text, client_id: other, iss: `https://issuer.example/` });
        const token = signedToken(key, { alg: 'ES256', typ: `at+jwt`, kid: 'key-1' }, claims);
        const foreign = signedToken(
          key,
          { alg: 'ES256', typ: text, kid: other },
          goodClaims({ iss: text, aud: other }),
        );
        for (const each of [token, foreign]) {
          for (const line of await printed('check -', each)) expect(line).not.toMatch(RAW);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('from the command line: names of files, aliases and options', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const safe = text.replaceAll('\u0000', '');
        for (const argv of [
          ['import', `x${safe}`],
          ['list', '--issuer', safe],
          ['revoke', 'subject', `x${safe}`, '--dry-run'],
          [safe],
        ]) {
          const { out, err } = await runWords(argv);
          expect(out + err).not.toMatch(RAW);
        }
      }),
      { numRuns: 20 },
    );
  });
});

const runWords = (argv: readonly string[]) =>
  finished(argv, main, { localFolder: operator.folder, now: () => 0, readStandardInput: async () => '' });

async function shownRaw(target: string): Promise<readonly string[]> {
  const all = await Promise.all([
    runWords(['show', 'target', target]),
    runWords(['show', 'target', target, '--json']),
    runWords(['restore', 'target', target, '--dry-run']),
  ]);
  return all.flatMap(({ out, err }) => [out, err]);
}
