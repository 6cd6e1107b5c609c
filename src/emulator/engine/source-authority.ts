import { acceptToken } from './authority/admission.js';
import { type Authority, checkIntent, permit } from './authority/authority.js';
import { operationRights } from './authority/rights.js';
import type { Principal } from './authority/roles.js';
import { verifySas } from './authority/sas.js';
import type { RequestContext } from './context.js';
import { findShare } from './files/lookup.js';
import type { SourceUrl } from './files/source.js';
import { invalidHeader, Refusal } from './service-errors.js';

/** A token for the source of Put Range from URL. */
export const sourceTokenHeader = 'x-ms-copy-source-authorization';
const sourceTokensSince = '2020-10-02';

/**
 * Decides whether a request may read the source of a copy. What authorizes the request reaches a source in the same
 * account when it is a key or a token. A signature in its URL reaches the destination only; then, and for another
 * account, the source's URL needs a signature of its own, or the request a token for the source.
 * @throws {Refusal} `CannotVerifyCopySource`.
 */
export function authorizeCopySource(source: SourceUrl, context: RequestContext): void {
  if (!context.accounts.has(source.account)) {
    const message = 'The copy source is in no account of this emulator.';
    throw new Refusal('CannotVerifyCopySource', { message });
  }
  const token = sourceToken(context);
  const { account } = source;
  try {
    const bearer = token === undefined ? undefined : acceptToken(token, { ...context, account });
    const authority = sourceAuthority(source, context, { isFile: true, bearer });
    if (authority === undefined) throw new Refusal('CannotVerifyCopySource');
    permitSource(authority, source, { context, rights: operationRights.GetFile });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'CannotVerifyCopySource') throw error;
    const { status, message, details } = error;
    throw new Refusal('CannotVerifyCopySource', { status, message, extras: details.extras ?? {} });
  }
}

/**
 * Decides whether a request may move a file or a directory, in the same way. A signature need only let it be read;
 * a token must let it be written.
 * @throws {Refusal} `AuthorizationFailure` without any authority, or what the one there is refused with.
 */
export function authorizeRenameSource(
  source: SourceUrl,
  context: RequestContext,
  kind: 'file' | 'directory',
): void {
  const authority = sourceAuthority(source, context, { isFile: kind === 'file', bearer: undefined });
  if (authority === undefined) throw new Refusal('AuthorizationFailure');
  const { GetFile, GetDirectoryProperties, RenameFile } = operationRights;
  const reading = kind === 'file' ? GetFile : GetDirectoryProperties;
  permitSource(authority, source, { context, rights: authority.by === 'token' ? RenameFile : reading });
}

interface SourceKind {
  readonly isFile: boolean;
  /** Who the token for the source names. */
  readonly bearer: Principal | undefined;
}

function sourceAuthority(
  source: SourceUrl,
  context: RequestContext,
  kind: SourceKind,
): Authority | undefined {
  if (source.query.has('sig')) return signedAuthority(source, context, kind);
  if (kind.bearer !== undefined) return { by: 'token', principal: kind.bearer };
  const { account, authority } = context;
  const reachesSource = source.account === account && (authority.by === 'key' || authority.by === 'token');
  return reachesSource ? authority : undefined;
}

function signedAuthority(
  { account, shareName, signedPath: path, query, scheme }: SourceUrl,
  { accounts, delegation, store, now }: RequestContext,
  kind: SourceKind,
): Authority {
  return verifySas(query, {
    ...{ account, shareName, path, scheme, delegation, now, ...kind },
    keys: accounts.get(account) ?? [],
    policies: () => findShare(store, { account, name: shareName, snapshot: undefined }).policies,
    // The service reads the source itself, from an address of its own that nobody knows.
    address: '0.0.0.0',
  });
}

function sourceToken({ headers, version }: RequestContext): string | undefined {
  const text = headers.get(sourceTokenHeader);
  if (text === undefined) return undefined;
  if (version < sourceTokensSince)
    throw new Refusal('UnsupportedHeader', { extras: { HeaderName: sourceTokenHeader } });
  const token = /^Bearer +([^\s]+) *$/i.exec(text)?.[1];
  // The value is a secret and must not come back in the answer.
  if (token === undefined) throw invalidHeader(sourceTokenHeader, '');
  checkIntent(headers);
  return token;
}

function permitSource(
  authority: Authority,
  { account, shareName, path }: SourceUrl,
  { context, rights }: { context: RequestContext; rights: Parameters<typeof permit>[1]['rights'] },
): void {
  const { headers, settings } = context;
  permit(authority, { rights, headers, scope: { account, shareName, path } }, settings.roles);
}
