import { isBase64Key } from '../core/auth/credentials.js';
import { AuthenticationError } from '../core/errors.js';
import { invalidOption } from '../core/option-checks.js';
import { checkApiVersion } from '../core/version.js';
import { checkSignedText, sasTime } from './limits.js';

/** What a user delegation key consists of; the keys of the official clients fit. */
export interface UserDelegationKeyFields {
  /** The identity that asked for the key, and on whose rights a SAS signed with it rests. */
  readonly signedObjectId: string;
  readonly signedTenantId: string;
  readonly signedStartsOn: Date;
  /** At most 7 days after the start. No SAS signed with the key is valid longer. */
  readonly signedExpiresOn: Date;
  /** The service that it is for: `f` (Files) or `b` (Blobs). */
  readonly signedService: string;
  /** The service version that made it. */
  readonly signedVersion: string;
  /** The tenant of the only user who may use what is signed with it. */
  readonly signedDelegatedUserTenantId?: string | undefined;
  /** What signs, in base64. **A secret.** */
  readonly value: string;
}

const inspect = Symbol.for('nodejs.util.inspect.custom');

/** A user delegation key. Neither `console.log` nor JSON shows its value. */
export class UserDelegationKey implements UserDelegationKeyFields {
  readonly signedObjectId: string;
  readonly signedTenantId: string;
  readonly signedStartsOn: Date;
  readonly signedExpiresOn: Date;
  readonly signedService: string;
  readonly signedVersion: string;
  readonly signedDelegatedUserTenantId: string | undefined;
  readonly #value: string;

  constructor(fields: UserDelegationKeyFields) {
    this.signedObjectId = fields.signedObjectId;
    this.signedTenantId = fields.signedTenantId;
    this.signedStartsOn = fields.signedStartsOn;
    this.signedExpiresOn = fields.signedExpiresOn;
    this.signedService = fields.signedService;
    this.signedVersion = fields.signedVersion;
    this.signedDelegatedUserTenantId = fields.signedDelegatedUserTenantId;
    this.#value = fields.value;
  }

  /** **A secret.** */
  get value(): string {
    return this.#value;
  }

  toJSON(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this));
  }

  [inspect](): string {
    return `UserDelegationKey ${JSON.stringify(this)}`;
  }
}

/** The longest that the service makes such a key valid. */
export const longestDelegationMs = 7 * 24 * 3_600_000;

/** The fields of a key as the texts that are signed. */
export interface DelegationTexts {
  readonly skoid: string;
  readonly sktid: string;
  readonly skt: string;
  readonly ske: string;
  readonly sks: string;
  readonly skv: string;
  readonly skdutid: string;
}

/**
 * Checks a key and gives its texts.
 * @throws {ConfigurationError} `InvalidOption` that names the field.
 * @throws {AuthenticationError} `InvalidKey` when its value is not base64.
 */
export function delegationTexts(key: UserDelegationKeyFields, service: 'b' | 'f'): DelegationTexts {
  if (typeof key !== 'object' || key === null) throw invalidOption('userDelegationKey must be an object');
  if (key.signedService !== service) {
    throw invalidOption(`userDelegationKey is for another service: signedService must be '${service}'`);
  }
  if (!isBase64Key(key.value)) {
    throw new AuthenticationError('InvalidKey', 'the value of the user delegation key must be base64');
  }
  const { signedStartsOn, signedExpiresOn } = key;
  const skt = sasTime(signedStartsOn, 'userDelegationKey.signedStartsOn');
  const ske = sasTime(signedExpiresOn, 'userDelegationKey.signedExpiresOn');
  if (signedExpiresOn.getTime() - signedStartsOn.getTime() > longestDelegationMs) {
    throw invalidOption('userDelegationKey is valid for more than 7 days, which no key of the service is');
  }
  return {
    skoid: checkSignedText(key.signedObjectId, 'userDelegationKey.signedObjectId'),
    sktid: checkSignedText(key.signedTenantId, 'userDelegationKey.signedTenantId'),
    skt,
    ske,
    sks: key.signedService,
    skv: checkApiVersion(key.signedVersion, 'userDelegationKey.signedVersion'),
    skdutid: optionalGuid(key.signedDelegatedUserTenantId, 'userDelegationKey.signedDelegatedUserTenantId'),
  };
}

const guid = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** @throws {ConfigurationError} `InvalidOption` */
export function optionalGuid(value: string | undefined, option: string): string {
  if (value === undefined) return '';
  if (typeof value === 'string' && guid.test(value)) return value;
  throw invalidOption(`${option} must be a GUID`);
}
