import { describe, expect, it } from 'vitest';
import { CannotDecideError } from '../../lambda/errors.ts';
import { REFRESH_AFTER } from '../../lambda/key-set/key-set.ts';
import type { ReadEntries } from '../../lambda/revocation/revocation-list.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../support/network/loopback-server.ts';
import { type AuthorizerUnderTest, authorizerUnderTest, createClock } from '../support/tokens/authorizer-under-test.ts';
import { down, good, key, tokenUnder } from '../support/tokens/key-world.ts';
import { NOW, trustedIssuer } from '../support/tokens/sample-issuer.ts';

/** The metrics of the authorizer that alarms watch. */
const WATCHED = ['Failed', 'EntryMalformed', 'KeySetStale', 'KeyDropped'];

interface World {
  readonly server: LoopbackServer;
  readonly authorizer: AuthorizerUnderTest;
  readonly wait: (seconds: number) => void;
}

interface Cause {
  readonly name: string;
  readonly moves: readonly string[];
  readonly happen: (world: World) => Promise<unknown>;
  readonly readEntries?: ReadEntries;
}

const entry = (target: string, before?: string) => async (targets: readonly string[]) =>
  targets.includes(target) ? [{ target, before: before === undefined ? undefined : { S: before } }] : [];

const CAUSES: readonly Cause[] = [
  { name: 'a good token', moves: [], happen: ({ authorizer }) => authorizer.decide(good) },
  {
    name: 'an expired token',
    moves: [],
    happen: ({ authorizer }) => authorizer.decide(tokenUnder('ec-1', key, { exp: NOW - 60 })),
  },
  { name: 'garbage', moves: [], happen: ({ authorizer }) => authorizer.decide('Bearer a.b.c') },
  { name: 'an unknown key', moves: [], happen: ({ authorizer }) => authorizer.decide(tokenUnder('ec-9')) },
  {
    name: 'a revoked token',
    moves: [],
    happen: ({ authorizer }) => authorizer.decide(good),
    readEntries: entry('jti#main#token-1'),
  },
  {
    name: 'a table that does not answer',
    moves: ['Failed'],
    happen: ({ authorizer }) => authorizer.decide(good),
    readEntries: () => Promise.reject(new CannotDecideError('revocation-table', 'timeout')),
  },
  {
    name: 'an event that is not a TOKEN event',
    moves: ['Failed'],
    happen: ({ authorizer }) => authorizer.answerTo({ type: 'REQUEST' }),
  },
  {
    name: 'an issuer that is down from the start',
    moves: ['Failed'],
    happen: ({ authorizer, server }) => {
      server.answerWith(down);
      return authorizer.decide(good);
    },
  },
  {
    name: 'an issuer that goes down later',
    moves: ['KeySetStale'],
    happen: async ({ authorizer, server, wait }) => {
      await authorizer.decide(good);
      server.answerWith(down);
      wait(REFRESH_AFTER / 1000 + 1);
      return authorizer.decide(good);
    },
  },
  {
    name: 'a key that shows its private part',
    moves: ['KeyDropped'],
    happen: ({ authorizer, server }) => {
      server.answerWith(keySet(key.publicJwk, { ...key.privateKey.export({ format: 'jwk' }), kid: 'leaked' }));
      return authorizer.decide(good);
    },
  },
  {
    name: 'a key alone in its set that shows its private part',
    moves: ['KeyDropped'],
    happen: async ({ authorizer, server, wait }) => {
      await authorizer.decide(good);
      server.answerWith(keySet({ ...key.privateKey.export({ format: 'jwk' }), kid: key.keyId }));
      wait(REFRESH_AFTER / 1000 + 1);
      return authorizer.decide(good);
    },
  },
  {
    name: 'an entry whose `before` is a date',
    moves: ['EntryMalformed'],
    happen: ({ authorizer }) => authorizer.decide(good),
    readEntries: entry('sub#main#alice', '2027-01-15'),
  },
];

function movedBy(authorizer: AuthorizerUnderTest): readonly string[] {
  const moved = authorizer.log().flatMap((line) => WATCHED.filter((name) => Number(line[name] ?? 0) > 0));
  return [...new Set(moved)];
}

describe.each(CAUSES)('$name', ({ moves, happen, readEntries }) => {
  it(`moves ${moves.join(' and ') || 'none'} of the metrics that alarms watch`, async () => {
    const server = await startLoopbackServer(keySet(key.publicJwk));
    const clock = createClock();
    const issuers = [trustedIssuer({ jwksUri: `${server.address}/keys` })];
    const authorizer = authorizerUnderTest({ issuers, clock, ...(readEntries && { readEntries }) });
    await happen({ server, authorizer, wait: clock.advance });
    await server.close();
    expect(movedBy(authorizer)).toEqual(moves);
  });
});
