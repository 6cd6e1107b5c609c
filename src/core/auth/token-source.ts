import type { Cancellation } from '../call.js';
import type { Clock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import type { Challenge } from './challenge.js';
import type { AttemptCredential, CredentialSource } from './credentials.js';
import { TokenCache, type TokenCredential } from './token-cache.js';

/**
 * The source for tokens, which it keeps and renews.
 * @param chosen - Tells which member of a chain answered.
 */
export function tokenSource(
  credential: TokenCredential,
  clock: Clock,
  chosen?: () => string | undefined,
): CredentialSource {
  if (typeof credential?.getToken !== 'function') {
    throw new ConfigurationError('MissingCredentials', 'credentials.credential must have a method getToken');
  }
  return Object.freeze(new TokenSource(new TokenCache(credential, clock), chosen));
}

class TokenSource implements CredentialSource {
  readonly kind = 'token';
  readonly #cache: TokenCache;
  readonly #chosen: (() => string | undefined) | undefined;

  constructor(cache: TokenCache, chosen: (() => string | undefined) | undefined) {
    this.#cache = cache;
    this.#chosen = chosen;
  }

  get(cancellation: Cancellation): AttemptCredential | Promise<AttemptCredential> {
    return this.#cache.get(cancellation);
  }

  async renew(
    refused: AttemptCredential,
    challenge: Challenge,
    cancellation: Cancellation,
  ): Promise<AttemptCredential | undefined> {
    return refused.kind === 'token' ? this.#cache.renew(refused.token, challenge, cancellation) : undefined;
  }

  get chosen(): string | undefined {
    return this.#chosen?.();
  }
}
