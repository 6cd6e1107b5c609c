import type { Cancellation } from '../call.js';
import type { Clock } from '../clock.js';
import { AuthenticationError, AzureStorageError } from '../errors.js';
import type { Challenge } from './challenge.js';

/** A token and when it ends, in milliseconds since 1970. */
export interface AccessToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
  /** From when on a new one should be fetched, in milliseconds since 1970; credentials of `@azure/identity` give it. */
  readonly refreshAfterTimestamp?: number | undefined;
}

/** What a credential is told when it is asked for a token. */
export interface GetTokenOptions {
  readonly abortSignal?: AbortSignal;
  /** Claims that a service asked for when it refused a token: a JSON text. A token from a cache would be refused again. */
  readonly claims?: string;
  /** Always `true`: such claims will be passed on, so the token may live longer. */
  readonly enableCae?: boolean;
  /** The tenant that a service named when it refused a token. */
  readonly tenantId?: string;
}

/** Anything that gives access tokens; the credentials of `@azure/identity` fit. */
export interface TokenCredential {
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null>;
}

/** What a token for the storage services must be valid for. */
export const storageScope = 'https://storage.azure.com/.default';

/** A token is renewed this long before it ends. */
const renewBeforeMs = 2 * 60_000;
/** After a renewal that brought nothing the old token, while it is valid, serves this long before the next try. */
const renewPauseMs = 30_000;

export type TokenAnswer = { readonly kind: 'token'; readonly token: string };

/** What a credential is asked. */
interface Question {
  readonly challenge: Challenge | undefined;
  readonly controller: AbortController;
  /** Later ones are higher. */
  readonly order: number;
}

/** A token that is being fetched. */
interface Refresh extends Question {
  readonly answer: Promise<TokenAnswer>;
  /** How many calls wait for it. */
  waiting: number;
}

/** Keeps one token until shortly before it ends; many calls at once share one refresh. */
export class TokenCache {
  readonly #credential: TokenCredential;
  readonly #clock: Clock;
  #current: (AccessToken & { readonly answer: TokenAnswer; readonly order: number }) | undefined;
  #refresh: Refresh | undefined;
  #questions = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** A token that was refused, and that the credential gave once more when asked for another. */
  #stubborn:
    | { readonly token: string; readonly claims: string | undefined; readonly until: number }
    | undefined;

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

  /**
   * A token instead of one that the service refused; `undefined` when the credential has no other. Of many calls whose token
   * was refused the first one asks, the others get what it got.
   */
  async renew(
    refused: string,
    challenge: Challenge,
    cancellation: Cancellation,
  ): Promise<TokenAnswer | undefined> {
    const current = this.#current;
    if (current !== undefined && current.token !== refused) return current.answer;
    if (this.#isStubborn(refused, challenge)) return undefined;
    const answer = await this.#wait(this.#start(challenge), cancellation);
    if (answer.token !== refused) return answer;
    const until = this.#clock.now() + renewPauseMs;
    this.#stubborn = { token: refused, claims: challenge.claims, until };
    return undefined;
  }

  /** Asking costs a request or a process: not for each of the calls that the same token is refused for. */
  #isStubborn(refused: string, { claims }: Challenge): boolean {
    const known = this.#stubborn;
    return known?.token === refused && known.claims === claims && this.#clock.now() < known.until;
  }

  /** No caller's signal goes along: the refresh serves every call that waits, not only the one that began it. */
  #start(challenge?: Challenge): Refresh {
    const running = this.#refresh;
    const claims = challenge?.claims;
    // What was begun without the claims brings a token that will be refused, too.
    if (running !== undefined && (claims === undefined || claims === running.challenge?.claims))
      return running;
    this.#questions += 1;
    const question = { challenge, controller: new AbortController(), order: this.#questions };
    const refresh: Refresh = { ...question, answer: this.#fetch(question), waiting: 0 };
    this.#refresh = refresh;
    const end = () => this.#forget(refresh);
    // Also handles a failure for which nobody waits.
    refresh.answer.then(end, end);
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

  async #fetch(question: Question): Promise<TokenAnswer> {
    const token = checkToken(await this.#ask(question));
    const answer: TokenAnswer = { kind: 'token', token: token.token };
    if (this.#isOvertaken(question)) return answer;
    const now = this.#clock.now();
    if (now >= renewalTime(token)) this.#pausedUntil = now + renewPauseMs;
    this.#current = { ...token, answer, order: question.order };
    return answer;
  }

  /** A token that comes late is kept, unless a later one is there or one with claims is on its way. */
  #isOvertaken({ order }: Question): boolean {
    if (this.#current !== undefined && order < this.#current.order) return true;
    const running = this.#refresh;
    return running !== undefined && order < running.order && running.challenge?.claims !== undefined;
  }

  async #ask({ challenge, controller }: Question): Promise<AccessToken | null> {
    const { claims, tenantId } = challenge ?? {};
    try {
      return await this.#credential.getToken([storageScope], {
        abortSignal: controller.signal,
        enableCae: true,
        ...(claims !== undefined && { claims }),
        ...(tenantId !== undefined && { tenantId }),
      });
    } catch (cause) {
      this.#pausedUntil = this.#clock.now() + renewPauseMs;
      // The library's own credentials say it better.
      if (cause instanceof AzureStorageError) throw cause;
      throw new AuthenticationError('AuthorizationFailure', 'the token credential gave no token', { cause });
    }
  }
}

function checkToken(token: AccessToken | null): AccessToken {
  const usable = typeof token?.token === 'string' && /^[\x21-\x7e]+$/.test(token.token);
  if (!usable) {
    throw new AuthenticationError('AuthorizationFailure', 'the token credential gave no usable token');
  }
  if (Number.isFinite(token.expiresOnTimestamp)) return token;
  throw new AuthenticationError(
    'AuthorizationFailure',
    'the token credential gave a token without the time of its end (expiresOnTimestamp)',
  );
}

function renewalTime(token: AccessToken): number {
  return token.refreshAfterTimestamp ?? token.expiresOnTimestamp - renewBeforeMs;
}
