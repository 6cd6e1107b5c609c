import type { Clock } from '../../clock.js';
import { AuthenticationError, ConfigurationError, NetworkError } from '../../errors.js';
import { invalidOption } from '../../option-checks.js';
import { redact } from '../../redact.js';
import { isLoopback } from '../endpoint.js';
import type { Environment } from '../environment.js';
import {
  askIdentity,
  type IdentityAnswer,
  type IdentityRequest,
  type RetryRule,
} from './identity-request.js';

/**
 * What the built-in credentials need of the library. They import nothing of it themselves: modules that a part which is
 * loaded later shares with the rest are built into files of their own, and each costs every import of the library time.
 */
export interface IdentityTools {
  readonly clock: Clock;
  readonly environment: Environment;
  /** Asks for a token; when nothing answers that is a refusal. */
  ask(request: IdentityRequest, rule: RetryRule, signal: AbortSignal | undefined): Promise<IdentityAnswer>;
  /** Asks whether there is anything; `undefined` when nothing answers. */
  look(
    request: IdentityRequest,
    rule: RetryRule,
    signal: AbortSignal | undefined,
  ): Promise<IdentityAnswer | undefined>;
  /** A credential that cannot be had here: a chain goes on with the next one. */
  unavailable(message: string): Error;
  isUnavailable(error: unknown): error is Error;
  /** A credential that is there and was refused, or did not answer. The message may hold what others said. */
  refused(message: string, cause?: unknown): Error;
  invalid(message: string): Error;
  /** Whether what is sent there can be read by nobody else. */
  isPrivate(url: URL): boolean;
}

export function identityTools({
  clock,
  environment,
}: Pick<IdentityTools, 'clock' | 'environment'>): IdentityTools {
  const unavailableCode = 'MissingCredentials';
  const refused = (message: string, cause?: unknown): Error =>
    new AuthenticationError('AuthorizationFailure', redact(message), { cause });
  return {
    clock,
    environment,
    async ask(request, rule, signal) {
      try {
        return await askIdentity(request, rule, { clock, signal });
      } catch (error) {
        throw error instanceof NetworkError ? refused(`${request.who}: ${error.message}`, error) : error;
      }
    },
    async look(request, rule, signal) {
      try {
        return await askIdentity(request, rule, { clock, signal });
      } catch (error) {
        if (error instanceof NetworkError) return undefined;
        throw error;
      }
    },
    unavailable: (message) => new ConfigurationError(unavailableCode, redact(message)),
    isUnavailable: (error): error is Error =>
      error instanceof ConfigurationError && error.code === unavailableCode,
    refused,
    invalid: invalidOption,
    isPrivate: ({ protocol, hostname }) =>
      protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)),
  };
}
