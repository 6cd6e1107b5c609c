import { signature } from '../../core/auth/shared-key.js';
import { checkKeys } from '../../core/option-checks.js';
import { type AccountKey, checkSigner } from '../../sas/account-key.js';
import { GeneratedSas, sasQuery } from '../../sas/generated-sas.js';
import type { SasPermissions } from '../../sas/permissions.js';
import {
  describeSas,
  type FieldSource,
  type FileSasPermission,
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

/** A SAS that may lean on a stored access policy of its share. */
interface PolicySasOptions extends FileServiceSasOptions {
  /**
   * A stored access policy of the share (`si`), which has what is left out here. Whoever changes or deletes the policy
   * revokes the SAS. What the policy has must be left out here.
   */
  readonly policyId?: string | undefined;
}

/** What {@link generateShareSas} signs. */
export interface ShareSasOptions extends PolicySasOptions {
  /** Needed, as `expiresOn` is, unless a stored policy has them. */
  readonly permissions?: SasPermissions<ShareSasPermission> | undefined;
}

/** What {@link generateFileSas} signs. */
export interface FileSasOptions extends PolicySasOptions {
  /** From the root of the share, not encoded: `directory/file`. */
  readonly path: string;
  /** Needed, as `expiresOn` is, unless a stored policy has them. */
  readonly permissions?: SasPermissions<FileSasPermission> | undefined;
}

/**
 * Signs a SAS for one file with an account key. Directories have none of their own: a SAS for what is in one is a SAS for
 * the whole share.
 *
 * @throws {ConfigurationError} `InvalidOption` that names the field; `InvalidShareName`, `InvalidPath`, `InvalidAccountName`.
 * @throws {AuthenticationError} `InvalidKey` when the key is not base64.
 * @see https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 */
export function generateFileSas(options: FileSasOptions, signer: AccountKey): GeneratedSas {
  checkKeys(options, 'the SAS', [...filesSasNames, 'path', 'policyId']);
  // A path that was forgotten must not open the whole share.
  return serviceSas(sasSubject(options.share, options.path ?? ''), options, signer);
}

/**
 * Signs a SAS for a share with an account key: for all files and directories in it, not for the share itself. `list` is
 * possible here alone.
 *
 * @throws {ConfigurationError} `InvalidOption` that names the field; `InvalidShareName`, `InvalidAccountName`.
 * @throws {AuthenticationError} `InvalidKey` when the key is not base64.
 * @see https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 */
export function generateShareSas(options: ShareSasOptions, signer: AccountKey): GeneratedSas {
  checkKeys(options, 'the SAS', [...filesSasNames, 'policyId']);
  return serviceSas(sasSubject(options.share), options, signer);
}

/** Signs a SAS for a share or a file with an account key. */
export function serviceSas(subject: SasSubject, options: FieldSource, signer: AccountKey): GeneratedSas {
  const { accountName, key } = checkSigner(signer);
  const fields = signedFields(subject, options);
  const text = serviceStringToSign(signedResource(accountName, subject), fields);
  const token = sasQuery(signedParameters(subject, fields, signature(key, text)));
  return new GeneratedSas(describeSas('service', subject, fields), token);
}

/** Whatever the version, the File service signs neither the kind of resource nor a snapshot. */
export function serviceStringToSign(resource: string, fields: SignedFields): string {
  const { sp, si, responseHeaders } = fields;
  const { st, se, sip, spr, sv } = fields.limits;
  return [sp, st, se, resource, si, sip, spr, sv, ...responseHeaders].join('\n');
}
