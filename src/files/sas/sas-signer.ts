import type { AttemptCredential } from '../../core/auth/credentials.js';
import { Cancellation } from '../../core/call.js';
import { ConfigurationError, NetworkError } from '../../core/errors.js';
import { defaultTimeoutsMs } from '../../core/resilience/attempt-timeout.js';
import { generateAccountSas } from '../../sas/account-sas.js';
import type { GeneratedSas } from '../../sas/generated-sas.js';
import type { SasLimits } from '../../sas/limits.js';
import { longestDelegationMs, optionalGuid } from '../../sas/user-delegation-key.js';
import type { FilesContext } from '../context.js';
import { invalidRequest, requireVersion } from '../request-checks.js';
import { untilAborted } from '../until-aborted.js';
import type { DelegationKeys } from './delegation-keys.js';
import { serviceSas } from './file-sas.js';
import { sasSubject } from './file-sas-fields.js';
import type { GenerateAccountSasRequest, GenerateSasRequest, SasTerms } from './sas-service.js';
import { givenTimes, timeWindow } from './sas-terms.js';
import { generateUserDelegationSas, userDelegationVersion } from './user-delegation-sas.js';

/** A SAS to sign whose share is known. */
export interface SasWish extends GenerateSasRequest {
  readonly share: string;
}

/** Signs with what a client has: its account key, or a user delegation key that its token gets. */
export class SasSigner {
  readonly #context: FilesContext;
  readonly #keys: DelegationKeys;

  constructor(context: FilesContext, keys: DelegationKeys) {
    this.#context = context;
    this.#keys = keys;
  }

  /** @throws {ConfigurationError} `MissingCredentials` when the client has only a SAS. */
  async sign(wish: SasWish): Promise<GeneratedSas> {
    wish.signal?.throwIfAborted();
    const key = await this.#accountKey(wish);
    return key === undefined ? this.#signDelegated(wish) : this.#signWithKey(wish, key);
  }

  /** @throws {ConfigurationError} `MissingCredentials` when the client has no account key. */
  async signAccount(request: GenerateAccountSasRequest): Promise<GeneratedSas> {
    const key = await this.#accountKey(request);
    if (key === undefined) {
      throw cannotSign('an account SAS needs an account key; a token signs SAS for shares and files only');
    }
    const { services = ['file'], resourceTypes, permissions } = request;
    const { clock, apiVersion, accountName } = this.#context.pipeline.options;
    const limits = { ...this.#limits(request, apiVersion), ...timeWindow(request, clock.now()) };
    return generateAccountSas({ services, resourceTypes, permissions, ...limits }, { accountName, key });
  }

  #signWithKey(wish: SasWish, key: string): GeneratedSas {
    const { clock, apiVersion, accountName } = this.#context.pipeline.options;
    const { share, path, permissions, policyId, responseHeaders } = wish;
    if (wish.delegatedUserObjectId !== undefined || wish.delegatedUserTenantId !== undefined) {
      throw invalidRequest(
        'a SAS for one user must be signed with a token, and this client has an account key',
      );
    }
    const now = clock.now();
    const times = policyId === undefined ? timeWindow(wish, now) : givenTimes(wish, now);
    const options = { share, permissions, policyId, responseHeaders };
    return serviceSas(
      sasSubject(share, path),
      { ...options, ...this.#limits(wish, apiVersion), ...times },
      { accountName, key },
    );
  }

  async #signDelegated(wish: SasWish): Promise<GeneratedSas> {
    const { clock, apiVersion, apiVersionIsExplicit, accountName } = this.#context.pipeline.options;
    const { share, path, permissions, responseHeaders, delegatedUserObjectId, delegatedUserTenantId } = wish;
    if (wish.policyId !== undefined) {
      throw invalidRequest('a stored policy (policyId) needs an account key, and this client has a token');
    }
    if (permissions === undefined) throw invalidRequest('permissions must be given');
    if (apiVersionIsExplicit) requireVersion(apiVersion, userDelegationVersion, 'a SAS signed with a token');
    optionalGuid(delegatedUserTenantId, 'delegatedUserTenantId');
    const window = timeWindow(wish, clock.now(), longestDelegationMs);
    const version = apiVersion > userDelegationVersion ? apiVersion : userDelegationVersion;
    const options = {
      share,
      permissions,
      responseHeaders,
      delegatedUserObjectId,
      ...(path !== undefined && { path }),
      ...this.#limits(wish, version),
      ...window,
    };
    const userDelegationKey = await this.#keys.get({ ...window, delegatedUserTenantId }, wish);
    return generateUserDelegationSas(options, { accountName, userDelegationKey });
  }

  #limits(terms: SasTerms, version: string): SasLimits {
    const isPlain = this.#context.pipeline.endpoint.origin.startsWith('http:');
    return {
      ipRange: terms.ipRange,
      protocol: terms.protocol ?? (isPlain ? 'https,http' : 'https'),
      version: terms.version ?? version,
    };
  }

  /** The account key; `undefined` when the client has a token, which can get a key of its own. */
  async #accountKey(terms: SasTerms): Promise<string | undefined> {
    const { credentials } = this.#context.pipeline.options;
    if (credentials.kind === 'token') return undefined;
    const given = credentials.get(Cancellation.never);
    const credential = given instanceof Promise ? await this.#inTime(given, terms) : given;
    if (credential.kind === 'shared_key') return credential.key;
    throw cannotSign(
      'a SAS cannot sign another one, and this client has only a SAS: give an account key or a token',
    );
  }

  /** No request is sent that would have a time limit, and a function that gives the key may never end. */
  async #inTime(given: Promise<AttemptCredential>, terms: SasTerms): Promise<AttemptCredential> {
    const { clock, timeoutMs } = this.#context.pipeline.options;
    const limitMs = terms.timeoutMs ?? timeoutMs ?? defaultTimeoutsMs.smallRead;
    const limit = new AbortController();
    const stopTimer = clock.timer(limitMs, () => limit.abort(keyTimedOut(limitMs)));
    try {
      return await untilAborted(untilAborted(given, limit.signal), terms.signal);
    } finally {
      stopTimer();
    }
  }
}

function keyTimedOut(limitMs: number): NetworkError {
  const message = `the function that gives the account key did not end within ${limitMs} ms`;
  return new NetworkError('Timeout', message, { phase: 'attempt', retryable: true, mayHaveBeenSent: false });
}

function cannotSign(message: string): ConfigurationError {
  return new ConfigurationError('MissingCredentials', message);
}
