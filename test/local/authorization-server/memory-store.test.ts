import type { Adapter, AdapterPayload } from 'oidc-provider';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../../local/authorization-server/memory-store.ts';

let now: number;
let tokens: Adapter;
let sessions: Adapter;
beforeEach(() => {
  now = 1_000_000;
  const store = memoryStore(() => now);
  [tokens, sessions] = [store('RefreshToken'), store('Session')];
});

const inGrant = (grantId: string): AdapterPayload => ({ grantId });

describe('an item of the store', () => {
  it('is found by its model and id until it expires, and not after', async () => {
    await tokens.upsert('a', inGrant('g'), 10);
    expect(await sessions.find('a')).toBeUndefined();
    now += 9_999;
    expect(await tokens.find('a')).toEqual(inGrant('g'));
    now += 1;
    expect(await tokens.find('a')).toBeUndefined();
  });

  it('is gone once it is destroyed', async () => {
    await tokens.upsert('a', inGrant('g'), 10);
    await tokens.destroy('a');
    expect(await tokens.find('a')).toBeUndefined();
  });

  it('says when it was consumed, in seconds', async () => {
    await tokens.upsert('a', inGrant('g'), 10);
    await tokens.consume('a');
    expect(await tokens.find('a')).toEqual({ grantId: 'g', consumed: 1_000 });
  });

  it('is deleted with its grant, and items of other grants and models stay', async () => {
    await tokens.upsert('a', inGrant('g'), 10);
    await tokens.upsert('b', inGrant('other'), 10);
    await sessions.upsert('s', inGrant('g'), 10);
    await tokens.revokeByGrantId('g');
    expect([await tokens.find('a'), await tokens.find('b'), await sessions.find('s')]).toEqual([
      undefined,
      inGrant('other'),
      inGrant('g'),
    ]);
  });
});

it('a session is found by its uid until it expires', async () => {
  await tokens.upsert('t', { uid: 'u' }, 10);
  await sessions.upsert('s', { uid: 'u', accountId: 'alice' }, 10);
  expect(await sessions.findByUid('u')).toEqual({ uid: 'u', accountId: 'alice' });
  now += 10_000;
  expect(await sessions.findByUid('u')).toBeUndefined();
});

it('thousands of items: those that have expired are forgotten, and those alive are found', async () => {
  await tokens.upsert('kept', inGrant('g'), 100_000);
  for (let count = 0; count < 5_000; count += 1) {
    now += 1_000;
    await tokens.upsert(`t${count}`, inGrant(`g${count}`), 10);
  }
  expect(await tokens.find('kept')).toEqual(inGrant('g'));
  expect(await tokens.find('t4995')).toEqual(inGrant('g4995'));
  expect(await tokens.find('t4900')).toBeUndefined();
});
