import { describe, expect, it } from 'vitest';
import { type AccessToken, storageScope, TokenCache } from '../../../../src/core/auth/token-cache.js';
import { Cancellation } from '../../../../src/core/call.js';
import { ManualClock, settle } from '../../../../src/simulation/manual-clock.js';
import { rejection } from '../../../support/rejection.js';

const hour = 3_600_000;

/** A credential whose answers a test gives one by one. */
class ScriptedCredential {
  readonly asked: (string | string[])[] = [];
  readonly #answers: ((answer: AccessToken | null | Error) => void)[] = [];

  getToken(scopes: string | string[]): Promise<AccessToken | null> {
    this.asked.push(scopes);
    return new Promise((resolve, reject) => {
      this.#answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  }

  async answer(answer: AccessToken | null | Error): Promise<void> {
    this.#answers.shift()?.(answer);
    await settle();
  }
}

function setUp() {
  const clock = new ManualClock();
  const credential = new ScriptedCredential();
  const cache = new TokenCache(credential, clock);
  const get = () => cache.get(Cancellation.never);
  const token = (text: string, lifeMs = hour) => ({ token: text, expiresOnTimestamp: clock.now() + lifeMs });
  return { clock, credential, cache, get, token };
}

describe('TokenCache', () => {
  it('asks once for many calls at once, for the scope of the storage services', async () => {
    const { credential, get, token } = setUp();
    const answers = [get(), get(), get()];
    await credential.answer(token('t1'));
    expect(await Promise.all(answers)).toEqual(Array(3).fill({ kind: 'token', token: 't1' }));
    expect(credential.asked).toEqual([[storageScope]]);
    expect(get()).toEqual({ kind: 'token', token: 't1' });
  });

  it('uses a token until shortly before it ends, then goes on with it while the next is fetched', async () => {
    const { clock, credential, get, token } = setUp();
    void get();
    await credential.answer(token('t1'));
    await clock.advance(hour - 121_000);
    expect(get()).toEqual({ kind: 'token', token: 't1' });
    expect(credential.asked).toHaveLength(1);
    await clock.advance(2000);
    expect(get()).toEqual({ kind: 'token', token: 't1' });
    expect(get()).toEqual({ kind: 'token', token: 't1' });
    expect(credential.asked).toHaveLength(2);
    await credential.answer(token('t2'));
    expect(get()).toEqual({ kind: 'token', token: 't2' });
  });

  it('renews when the credential says so', async () => {
    const { clock, credential, get, token } = setUp();
    void get();
    await credential.answer({ ...token('t1'), refreshAfterTimestamp: clock.now() + 1000 });
    await clock.advance(1000);
    void get();
    expect(credential.asked).toHaveLength(2);
  });

  it('goes on with a valid token when a renewal fails, and does not ask at every call', async () => {
    const { clock, credential, get, token } = setUp();
    void get();
    await credential.answer(token('t1'));
    await clock.advance(hour - 60_000);
    void get();
    await credential.answer(new Error('down'));
    expect(get()).toEqual({ kind: 'token', token: 't1' });
    expect(credential.asked).toHaveLength(2);
    await clock.advance(30_000);
    void get();
    expect(credential.asked).toHaveLength(3);
  });

  it('waits for a new token once the old one has ended', async () => {
    const { clock, credential, get, token } = setUp();
    void get();
    await credential.answer(token('t1'));
    await clock.advance(hour);
    const next = get();
    expect(next).toBeInstanceOf(Promise);
    await credential.answer(token('t2'));
    expect(await next).toEqual({ kind: 'token', token: 't2' });
  });

  it.each([
    ['fails', new Error('no identity')],
    ['gives nothing', null],
    ['gives an empty token', { token: '', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }],
    ['gives a token with a line feed', { token: 'a\nb', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }],
  ])('says so when the credential %s, and asks again later', async (_name, answer) => {
    const { credential, get, token } = setUp();
    const failed = rejection(Promise.resolve(get()));
    await credential.answer(answer);
    expect(await failed).toMatchObject({ name: 'AuthenticationError', code: 'AuthorizationFailure' });
    const next = get();
    await credential.answer(token('t1'));
    expect(await next).toEqual({ kind: 'token', token: 't1' });
  });

  it('lets one caller give up without the others, and leaves no listener', async () => {
    const { credential, cache, get, token } = setUp();
    const cancellation = new Cancellation();
    const given = rejection(Promise.resolve(cache.get(cancellation)));
    const other = get();
    cancellation.cancel('enough');
    expect(await given).toBe('enough');
    await credential.answer(token('t1'));
    expect(await other).toEqual({ kind: 'token', token: 't1' });
    expect(cancellation.listenerCount).toBe(0);
  });
});
