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

/** Keeps one token until shortly before it ends; many calls at once share one refresh. */
export class TokenCache {
  readonly #credential: TokenCredential;
  readonly #clock: Clock;
  #current: (AccessToken & { readonly answer: TokenAnswer }) | undefined;
  #refresh: Promise<TokenAnswer> | undefined;
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
      if (now >= this.#pausedUntil) this.#start().catch(() => {});
      return current.answer;
    }
    return untilCancelled(this.#start(), cancellation);
  }

  /** No caller's signal goes along: the refresh serves every call that waits, not only the one that began it. */
  #start(): Promise<TokenAnswer> {
    this.#refresh ??= this.#fetch().finally(() => {
      this.#refresh = undefined;
    });
    return this.#refresh;
  }

  async #fetch(): Promise<TokenAnswer> {
    let token: AccessToken | null;
    try {
      token = await this.#credential.getToken([storageScope]);
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

function untilCancelled<T>(promise: Promise<T>, cancellation: Cancellation): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = cancellation.onCancel(reject);
    promise.then(resolve, reject).finally(forget);
  });
}
