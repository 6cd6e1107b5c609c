import type { Cancellation } from '../call.js';
import type { Clock } from '../clock.js';
import { AuthenticationError } from '../errors.js';

/** A token and when it ends, in milliseconds since 1970. */
export interface AccessToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
  /** From when on a new one should be fetched, in milliseconds since 1970; credentials of `@azure/identity` give it. */
  readonly refreshAfterTimestamp?: number | undefined;
}

/** Anything that gives access tokens; the credentials of `@azure/identity` fit. */
export interface TokenCredential {
  getToken(
    scopes: string | string[],
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<AccessToken | null>;
}

/** What a token for the storage services must be valid for. */
export const storageScope = 'https://storage.azure.com/.default';

/** A token is renewed this long before it ends. */
const renewBeforeMs = 2 * 60_000;
/** After a failed renewal the old token, while it is valid, serves this long before the next try. */
const renewPauseMs = 30_000;

type TokenAnswer = { readonly kind: 'token'; readonly token: string };

/** A token that is being fetched. */
interface Refresh {
  readonly answer: Promise<TokenAnswer>;
  readonly controller: AbortController;
  /** How many calls wait for it. */
  waiting: number;
}

/** Keeps one token until shortly before it ends; many calls at once share one refresh. */
export class TokenCache {
  readonly #credential: TokenCredential;
  readonly #clock: Clock;
  #current: (AccessToken & { readonly answer: TokenAnswer }) | undefined;
  #refresh: Refresh | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(credential: TokenCredential, clock: Clock) {
    this.#credential = credential;
    this.#clock = clock;
  }

  get(cancellation: Cancellation): TokenAnswer | Promise<TokenAnswer> {
    const current = this.#current;
    const now = this.#clock.now();
    if (current !== undefined && now < renewalTime(current)) return current.answer;
    if (current !== undefined && now < current.expiresOnTimestamp) {
      // Still valid: this call goes on with it while the next token is fetched.
      if (now >= this.#pausedUntil) this.#start();
      return current.answer;
    }
    return this.#wait(this.#start(), cancellation);
  }

  /** No caller's signal goes along: the refresh serves every call that waits, not only the one that began it. */
  #start(): Refresh {
    if (this.#refresh !== undefined) return this.#refresh;
    const controller = new AbortController();
    const refresh: Refresh = { answer: this.#fetch(controller.signal), controller, waiting: 0 };
    const end = () => this.#forget(refresh);
    // Also handles a failure for which nobody waits.
    refresh.answer.then(end, end);
    this.#refresh = refresh;
    return refresh;
  }

  #wait(refresh: Refresh, cancellation: Cancellation): Promise<TokenAnswer> {
    refresh.waiting += 1;
    return new Promise((resolve, reject) => {
      const forget = cancellation.onCancel((reason) => {
        reject(reason);
        refresh.waiting -= 1;
        if (refresh.waiting === 0) this.#giveUp(refresh, reason);
      });
      refresh.answer.then(resolve, reject).finally(forget);
    });
  }

  /** A refresh that nobody waits for any more may hang for ever: later calls must not wait for it. */
  #giveUp(refresh: Refresh, reason: unknown): void {
    this.#forget(refresh);
    refresh.controller.abort(reason);
  }

  #forget(refresh: Refresh): void {
    if (this.#refresh === refresh) this.#refresh = undefined;
  }

  async #fetch(abortSignal: AbortSignal): Promise<TokenAnswer> {
    let token: AccessToken | null;
    try {
      token = await this.#credential.getToken([storageScope], { abortSignal });
    } catch (cause) {
      this.#pausedUntil = this.#clock.now() + renewPauseMs;
      throw new AuthenticationError('AuthorizationFailure', 'the token credential gave no token', { cause });
    }
    if (typeof token?.token !== 'string' || !/^[\x21-\x7e]+$/.test(token.token)) {
      throw new AuthenticationError('AuthorizationFailure', 'the token credential gave no usable token');
    }
    const answer: TokenAnswer = { kind: 'token', token: token.token };
    this.#current = { ...token, answer };
    return answer;
  }
}

function renewalTime(token: AccessToken): number {
  return token.refreshAfterTimestamp ?? token.expiresOnTimestamp - renewBeforeMs;
}
