import { describe, expect, it } from 'vitest';
import { type AccessToken, TokenCache } from '../../../../src/core/auth/token-cache.js';
import { Cancellation } from '../../../../src/core/call.js';
import { ManualClock, settle } from '../../../../src/simulation/manual-clock.js';
import { rejection } from '../../../support/rejection.js';

/** A credential that hears nothing and answers when a test says so. */
class SlowCredential {
  readonly signals: (AbortSignal | undefined)[] = [];
  readonly answers: ((token: AccessToken) => void)[] = [];

  getToken(
    _scopes: string | string[],
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<AccessToken> {
    this.signals.push(options?.abortSignal);
    return new Promise((resolve) => this.answers.push(resolve));
  }
}

function setUp() {
  const clock = new ManualClock();
  const credential = new SlowCredential();
  const cache = new TokenCache(credential, clock);
  const token = (text: string) => ({ token: text, expiresOnTimestamp: clock.now() + 3_600_000 });
  return { cache, credential, token };
}

describe('a refresh of a token', () => {
  it('that hangs is given up with the last call that waits, and the next call starts another', async () => {
    const { cache, credential, token } = setUp();
    const [first, second] = [new Cancellation(), new Cancellation()];
    const waiting = [rejection(cache.get(first) as Promise<unknown>), cache.get(second) as Promise<unknown>];
    first.cancel('too slow');
    expect(await waiting[0]).toBe('too slow');
    expect(credential.signals[0]?.aborted).toBe(false);
    const last = rejection(waiting[1] as Promise<unknown>);
    second.cancel('too slow as well');
    expect(await last).toBe('too slow as well');
    expect(credential.signals[0]?.aborted).toBe(true);

    const third = cache.get(Cancellation.never);
    expect(credential.signals).toHaveLength(2);
    credential.answers[1]?.(token('t2'));
    expect(await third).toEqual({ kind: 'token', token: 't2' });
  });

  it('goes on for those who wait when others give up', async () => {
    const { cache, credential, token } = setUp();
    const impatient = new Cancellation();
    const given = rejection(cache.get(impatient) as Promise<unknown>);
    const patient = cache.get(Cancellation.never);
    impatient.cancel('enough');
    await given;
    credential.answers[0]?.(token('t1'));
    expect(await patient).toEqual({ kind: 'token', token: 't1' });
    expect(credential.signals).toHaveLength(1);
  });

  it('whose token comes after all is not lost', async () => {
    const { cache, credential, token } = setUp();
    const impatient = new Cancellation();
    const given = rejection(cache.get(impatient) as Promise<unknown>);
    impatient.cancel('enough');
    await given;
    credential.answers[0]?.(token('late'));
    await settle();
    expect(cache.get(Cancellation.never)).toEqual({ kind: 'token', token: 'late' });
  });
});
