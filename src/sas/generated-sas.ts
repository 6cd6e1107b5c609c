import type { SasProtocol } from './limits.js';

/** Which key signed a SAS, and so how it can be revoked. */
export type SasKind = 'account' | 'service' | 'user_delegation';

/** What may be said of a SAS: everything but its signature. */
export interface SasDescription {
  readonly kind: SasKind;
  /** What it opens: `the account`, a share, or `share/path` of a file. */
  readonly resource: string;
  /** The letters, as they were signed; empty where a stored policy has them. */
  readonly permissions: string;
  readonly startsOn: Date | undefined;
  readonly expiresOn: Date | undefined;
  readonly ipRange: string | undefined;
  readonly protocol: SasProtocol;
  /** The service version that it is signed for (`sv`). */
  readonly version: string;
  readonly policyId: string | undefined;
}

/** Name and value of each parameter, in the order of the query; those with an empty value are left out. */
export type SasParameters = readonly (readonly [name: string, value: string])[];

const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * A SAS. Whoever has its token may do what it allows, so neither `console.log`, JSON nor a template shows the signature:
 * ask for `token` where it is really meant.
 */
export class GeneratedSas implements SasDescription {
  readonly kind: SasKind;
  readonly resource: string;
  readonly permissions: string;
  readonly startsOn: Date | undefined;
  readonly expiresOn: Date | undefined;
  readonly ipRange: string | undefined;
  readonly protocol: SasProtocol;
  readonly version: string;
  readonly policyId: string | undefined;
  readonly #token: string;

  /** @internal */
  constructor(description: SasDescription, token: string) {
    this.kind = description.kind;
    this.resource = description.resource;
    this.permissions = description.permissions;
    this.startsOn = description.startsOn;
    this.expiresOn = description.expiresOn;
    this.ipRange = description.ipRange;
    this.protocol = description.protocol;
    this.version = description.version;
    this.policyId = description.policyId;
    this.#token = token;
  }

  /** The query, without a question mark. **A secret.** */
  get token(): string {
    return this.#token;
  }

  /** The token without its signature. */
  toString(): string {
    return this.#token.replace(/(^|&)sig=[^&]*/, '$1sig=REDACTED');
  }

  /** The fields as plain data, without the token. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this));
  }

  [inspect](): string {
    return `${this.constructor.name} ${JSON.stringify(this)}`;
  }
}

/** A {@link GeneratedSas} for a resource whose address is known. */
export class ResourceSas extends GeneratedSas {
  readonly #resourceUrl: string;

  /** @internal */
  constructor(sas: GeneratedSas, resourceUrl: string) {
    super(sas, sas.token);
    this.#resourceUrl = resourceUrl;
  }

  /** The address of the resource with the token as its query. **A secret.** */
  get url(): string {
    return `${this.#resourceUrl}?${this.token}`;
  }
}

/** The query of a SAS. */
export function sasQuery(parameters: SasParameters): string {
  return parameters
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
