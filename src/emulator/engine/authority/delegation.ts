import { createHmac } from 'node:crypto';
import type { Identity } from '../identity.js';

/** What a user delegation key was made for; everything of it travels in the signatures that it makes. */
export interface DelegationTerms {
  readonly account: string;
  readonly objectId: string;
  readonly tenantId: string;
  readonly start: string;
  readonly expiry: string;
  readonly service: string;
  readonly version: string;
  /** Tenant of the user that may use the signature, where it is another one; empty = none was named. */
  readonly delegatedTenantId: string;
}

/**
 * Makes user delegation keys. Nothing is stored: a key is computed from its terms and a secret of the emulator, so the
 * terms that stand in a signature lead to the key again, and changed terms lead to another one.
 */
export class DelegationKeys {
  readonly #identity: Identity;
  #secret: string | undefined;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  /** The key in base64. */
  keyFor(terms: DelegationTerms): string {
    this.#secret ??= `${this.#identity.uuid()}${this.#identity.uuid()}`;
    const { account, objectId, tenantId, start, expiry, service, version, delegatedTenantId } = terms;
    const text = JSON.stringify([
      account,
      objectId,
      tenantId,
      start,
      expiry,
      service,
      version,
      delegatedTenantId,
    ]);
    return createHmac('sha256', this.#secret).update(text).digest('base64');
  }
}
