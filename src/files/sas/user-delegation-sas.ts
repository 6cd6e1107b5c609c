import { checkAccountName } from '../../core/auth/endpoint.js';
import { signature } from '../../core/auth/shared-key.js';
import { checkKeys, invalidOption } from '../../core/option-checks.js';
import { GeneratedSas, sasQuery } from '../../sas/generated-sas.js';
import type { LimitTexts } from '../../sas/limits.js';
import type { SasPermissions } from '../../sas/permissions.js';
import type { UserDelegationKeyFields } from '../../sas/user-delegation-key.js';
import { type DelegationTexts, delegationTexts, optionalGuid } from '../../sas/user-delegation-key.js';
import {
  describeSas,
  type FileServiceSasOptions,
  filesSasNames,
  type SasSubject,
  type ShareSasPermission,
  type SignedFields,
  sasSubject,
  signedFields,
  signedParameters,
  signedResource,
} from './file-sas-fields.js';

/** What {@link generateUserDelegationSas} signs: for a file with `path`, for a share without. */
export interface UserDelegationSasOptions extends FileServiceSasOptions {
  /** Left out for a share. */
  readonly path?: string;
  /** `list` on a share only. */
  readonly permissions: SasPermissions<ShareSasPermission>;
  readonly expiresOn: Date;
  /** The only user who may use it, by object id, and who must show a token of theirs beside it. */
  readonly delegatedUserObjectId?: string | undefined;
}

/** An account, and a key that an identity got for it. */
export interface UserDelegationSigner {
  readonly accountName: string;
  readonly userDelegationKey: UserDelegationKeyFields;
}

/** The first version in which the File service knows user delegation. */
export const userDelegationVersion = '2025-07-05';
const versions = { least: userDelegationVersion, usual: userDelegationVersion };

/**
 * Signs a SAS for a file or a share with a user delegation key. It allows what it says **and** the identity behind the key
 * may do, needs service version 2025-07-05, ends with its key at the latest, and can have no stored policy.
 *
 * @throws {ConfigurationError} `InvalidOption` that names the field; `InvalidShareName`, `InvalidPath`, `InvalidAccountName`.
 * @throws {AuthenticationError} `InvalidKey` when the value of the key is not base64.
 * @see https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas
 */
export function generateUserDelegationSas(
  options: UserDelegationSasOptions,
  signer: UserDelegationSigner,
): GeneratedSas {
  checkKeys(options, 'the SAS', [...filesSasNames, 'path', 'delegatedUserObjectId']);
  checkKeys(signer, 'the signing key', ['accountName', 'userDelegationKey']);
  const { userDelegationKey } = signer;
  const accountName = checkAccountName(signer.accountName);
  const subject = subjectOf(options);
  const fields = signedFields(subject, options, versions);
  const key = delegationTexts(userDelegationKey, 'f');
  checkWithinKey(fields.limits, key);
  const sduoid = optionalGuid(options.delegatedUserObjectId, 'delegatedUserObjectId');
  const text = delegationStringToSign(signedResource(accountName, subject), fields, { ...key, sduoid });
  const token = sasQuery([
    ...signedParameters(subject, fields, signature(userDelegationKey.value, text)),
    ['skoid', key.skoid],
    ['sktid', key.sktid],
    ['skt', key.skt],
    ['ske', key.ske],
    ['sks', key.sks],
    ['skv', key.skv],
    ['sduoid', sduoid],
    ['skdutid', key.skdutid],
  ]);
  return new GeneratedSas(describeSas('user_delegation', subject, fields), token);
}

/** A path that was lost on its way here must not open the whole share. */
function subjectOf(options: UserDelegationSasOptions): SasSubject {
  if (Object.hasOwn(options, 'path') && options.path === undefined) {
    throw invalidOption('path is undefined: give a text, or leave it out for a SAS for the whole share');
  }
  return sasSubject(options.share, options.path);
}

/** The fields of the key stand where a stored policy would. */
export function delegationStringToSign(
  resource: string,
  fields: SignedFields,
  key: DelegationTexts & { readonly sduoid: string },
): string {
  const { st, se, sip, spr, sv } = fields.limits;
  const { skoid, sktid, skt, ske, sks, skv, skdutid, sduoid } = key;
  const delegation = [skoid, sktid, skt, ske, sks, skv, skdutid, sduoid];
  return [fields.sp, st, se, resource, ...delegation, sip, spr, sv, ...fields.responseHeaders].join('\n');
}

/** What lies outside the time of the key, the service would refuse without saying why. */
function checkWithinKey({ st, se }: LimitTexts, { skt, ske }: DelegationTexts): void {
  if (se > ske) throw invalidOption(`expiresOn is ${se}, but the user delegation key ends at ${ske}`);
  if (st !== '' && st < skt) {
    throw invalidOption(`startsOn is ${st}, but the user delegation key begins at ${skt}`);
  }
}
