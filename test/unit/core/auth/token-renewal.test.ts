import { describe, expect, it } from 'vitest';
import type { Challenge } from '../../../../src/core/auth/challenge.js';
import { type AccessToken, type GetTokenOptions, TokenCache } from '../../../../src/core/auth/token-cache.js';
import { Cancellation } from '../../../../src/core/call.js';
import { ConfigurationError } from '../../../../src/core/errors.js';
import { ManualClock, settle } from '../../../../src/simulation/manual-clock.js';
import { rejection } from '../../../support/rejection.js';

const hour = 3_600_000;
const plain: Challenge = { claims: undefined, tenantId: undefined };
const claims: Challenge = { claims: '{"access_token":{}}', tenantId: 'tenant' };

/** A credential whose answers a test gives one by one, and which remembers what it was told. */
class ScriptedCredential {
  readonly told: GetTokenOptions[] = [];
  readonly #answers: ((answer: AccessToken | Error) => void)[] = [];

  getToken(_scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    this.told.push(options);
    return new Promise((resolve, reject) => {
      this.#answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  }

  async answer(index: number, token: string | Error, lifeMs = hour): Promise<void> {
    const expiresOnTimestamp = Date.UTC(2026, 2, 2, 3, 4, 5) + lifeMs;
    this.#answers[index]?.(token instanceof Error ? token : { token, expiresOnTimestamp });
    await settle();
  }
}

async function setUp() {
  const clock = new ManualClock();
  const credential = new ScriptedCredential();
  const cache = new TokenCache(credential, clock);
  const get = () => cache.get(Cancellation.never);
  const renew = (refused: string, challenge = plain) => cache.renew(refused, challenge, Cancellation.never);
  const first = get();
  await credential.answer(0, 't1');
  await first;
  return { clock, credential, cache, get, renew };
}

describe('a token that was refused', () => {
  it('is replaced, and the credential is told claims and tenant', async () => {
    const { credential, get, renew } = await setUp();
    const next = renew('t1', claims);
    await credential.answer(1, 't2');
    expect(await next).toEqual({ kind: 'token', token: 't2' });
    expect(get()).toEqual({ kind: 'token', token: 't2' });
    expect(credential.told[0]).toEqual({ abortSignal: expect.any(AbortSignal), enableCae: true });
    expect(credential.told[1]).toMatchObject({ enableCae: true, ...claims });
  });

  it('is replaced once for many calls at the same time, and for those that come late', async () => {
    const { credential, renew } = await setUp();
    const renewals = [renew('t1', claims), renew('t1', claims), renew('t1')];
    await credential.answer(1, 't2');
    expect(await Promise.all(renewals)).toEqual(Array(3).fill({ kind: 'token', token: 't2' }));
    expect(await renew('t1', claims)).toEqual({ kind: 'token', token: 't2' });
    expect(credential.told).toHaveLength(2);
  });

  it('has no replacement where the credential gives the same again, which it is not asked for each call', async () => {
    const { clock, credential, renew } = await setUp();
    const next = renew('t1');
    await credential.answer(1, 't1');
    expect(await next).toBeUndefined();
    expect(await renew('t1')).toBeUndefined();
    expect(credential.told).toHaveLength(2);
    await clock.advance(30_000);
    const later = renew('t1');
    await credential.answer(2, 't2');
    expect(await later).toEqual({ kind: 'token', token: 't2' });
  });

  it('is asked for anew when claims are named that were not before', async () => {
    const { credential, renew } = await setUp();
    const next = renew('t1');
    await credential.answer(1, 't1');
    expect(await next).toBeUndefined();
    const withClaims = renew('t1', claims);
    await credential.answer(2, 't2');
    expect(await withClaims).toEqual({ kind: 'token', token: 't2' });
  });

  it('is not replaced by what was asked for without the claims', async () => {
    const { clock, credential, get, renew } = await setUp();
    await clock.advance(hour - 60_000);
    // Fetched ahead of its end, without claims.
    void get();
    const next = renew('t1', claims);
    expect(credential.told).toHaveLength(3);
    await credential.answer(1, 'without');
    expect(get()).toEqual({ kind: 'token', token: 't1' });
    await credential.answer(2, 'with', 2 * hour);
    expect(await next).toEqual({ kind: 'token', token: 'with' });
    expect(get()).toEqual({ kind: 'token', token: 'with' });
  });

  it('is not replaced by what comes after its replacement', async () => {
    const { clock, credential, get, renew } = await setUp();
    await clock.advance(hour - 60_000);
    void get();
    const next = renew('t1', claims);
    await credential.answer(2, 'with', 2 * hour);
    await next;
    await credential.answer(1, 'without', 2 * hour);
    expect(get()).toEqual({ kind: 'token', token: 'with' });
  });

  it('ends the call when no other can be had, with the reason', async () => {
    const { credential, renew } = await setUp();
    const failed = rejection(renew('t1', claims));
    await credential.answer(1, new ConfigurationError('MissingCredentials', 'log in again'));
    expect(await failed).toMatchObject({ code: 'MissingCredentials', message: 'log in again' });
  });

  it('lets a call give up', async () => {
    const { cache, credential } = await setUp();
    const cancellation = new Cancellation();
    const failed = rejection(cache.renew('t1', plain, cancellation));
    cancellation.cancel('enough');
    expect(await failed).toBe('enough');
    expect(credential.told[1]?.abortSignal?.aborted).toBe(true);
    expect(cancellation.listenerCount).toBe(0);
  });
});

describe('tokens that are short', () => {
  it('are not asked for at every call where a new one is due at once', async () => {
    const { clock, credential, get } = await setUp();
    await clock.advance(hour - 60_000);
    void get();
    await credential.answer(1, 't2', hour);
    expect(get()).toEqual({ kind: 'token', token: 't2' });
    void get();
    expect(credential.told).toHaveLength(2);
    await clock.advance(30_000);
    void get();
    expect(credential.told).toHaveLength(3);
  });

  it('are refused without the time of their end', async () => {
    const credential = { getToken: async () => ({ token: 't', expiresOnTimestamp: Number.NaN }) };
    const cache = new TokenCache(credential, new ManualClock());
    expect(await rejection(Promise.resolve(cache.get(Cancellation.never)))).toMatchObject({
      code: 'AuthorizationFailure',
      message: expect.stringContaining('expiresOnTimestamp'),
    });
  });
});
