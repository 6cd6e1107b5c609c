import type { RequestContext } from './context.js';
import { findShare } from './files/lookup.js';
import type { SourceUrl } from './files/source.js';
import { sasObstacle } from './sas.js';
import { Refusal } from './service-errors.js';

/**
 * Decides whether a request may read the source of a copy. Who signs with the key of an account may read all of it;
 * a source in another account of this emulator needs a shared access signature in its URL.
 * @throws {Refusal} `CannotVerifyCopySource`.
 */
export function authorizeSource(source: SourceUrl, context: RequestContext): void {
  const keys = context.accounts.get(source.account);
  if (keys === undefined) {
    const message = 'The copy source is in no account of this emulator.';
    throw new Refusal('CannotVerifyCopySource', { message });
  }
  if (source.account === context.account) return;
  if (!source.query.has('sig')) throw new Refusal('CannotVerifyCopySource');
  const { account, shareName, query } = source;
  const share = findShare(context.store, { account, name: shareName, snapshot: undefined });
  const obstacle = sasObstacle(query, {
    account,
    keys,
    shareName,
    path: source.path,
    policies: share.policies,
    now: context.now,
    scheme: source.scheme,
    permission: 'r',
  });
  if (obstacle !== undefined) {
    throw new Refusal('CannotVerifyCopySource', {
      status: 403,
      message: 'Server failed to authenticate the request for the copy source.',
      extras: { AuthenticationErrorDetail: obstacle },
    });
  }
}
