import type { AccountKeys } from './authenticate.js';
import type { Address } from './route.js';
import { Refusal } from './service-errors.js';

/**
 * Decides whether a request may read the source of a copy. Who signs with the key of an account may read all of it;
 * a source in another account needs a signature of its own.
 * @throws {Refusal} `CannotVerifyCopySource`.
 */
export function authorizeSource(source: Address, request: { account: string; accounts: AccountKeys }): void {
  if (!request.accounts.has(source.account)) {
    throw new Refusal('CannotVerifyCopySource', {
      message: 'The copy source is in no account of this emulator.',
    });
  }
  if (source.account !== request.account) throw new Refusal('CannotVerifyCopySource');
}
