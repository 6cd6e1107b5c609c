import { checkAccountKey } from '../core/auth/credentials.js';
import { checkAccountName } from '../core/auth/endpoint.js';
import { checkKeys } from '../core/option-checks.js';

/** An account and one of its two keys, which can sign every SAS of the account. */
export interface AccountKey {
  readonly accountName: string;
  /** Base64. */
  readonly key: string;
}

/**
 * @throws {ConfigurationError} `InvalidAccountName`, `InvalidOption`
 * @throws {AuthenticationError} `InvalidKey`
 */
export function checkSigner(signer: AccountKey): AccountKey {
  checkKeys(signer, 'the signing key', ['accountName', 'key']);
  checkAccountName(signer.accountName);
  checkAccountKey(signer.key);
  return signer;
}
