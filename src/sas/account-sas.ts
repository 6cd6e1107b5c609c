import { signature } from '../core/auth/shared-key.js';
import { checkKeys, invalidOption } from '../core/option-checks.js';
import { type AccountKey, checkSigner } from './account-key.js';
import { GeneratedSas, sasQuery } from './generated-sas.js';
import {
  checkSignedText,
  type LimitTexts,
  limitNames,
  limitsOf,
  limitTexts,
  type SasLimits,
} from './limits.js';
import {
  checkLetterVersions,
  type PermissionRow,
  permissionLetters,
  type SasPermissions,
} from './permissions.js';

/** What an account SAS may allow. Some mean something for blobs, queues or tables only. */
export type AccountSasPermission =
  | 'read'
  | 'write'
  | 'delete'
  | 'deleteVersion'
  | 'filter'
  | 'tags'
  | 'list'
  | 'add'
  | 'create'
  | 'update'
  | 'process'
  | 'setImmutabilityPolicy'
  | 'permanentDelete';

export type AccountSasService = 'blob' | 'table' | 'queue' | 'file';
/** The levels at which it counts: the service itself; shares and containers; files, directories and blobs. */
export type AccountSasResourceType = 'service' | 'container' | 'object';

/** What {@link generateAccountSas} signs. */
export interface AccountSasOptions extends SasLimits {
  readonly services: SasPermissions<AccountSasService>;
  readonly resourceTypes: SasPermissions<AccountSasResourceType>;
  readonly permissions: SasPermissions<AccountSasPermission>;
  readonly expiresOn: Date;
  /** The encryption scope of what is written with it; blobs only. Needs version 2020-12-06. */
  readonly encryptionScope?: string | undefined;
}

/** In the order of the official clients: the documents ask for none here. */
const permissionRows = [
  { name: 'read', letter: 'r' },
  { name: 'write', letter: 'w' },
  { name: 'delete', letter: 'd' },
  { name: 'deleteVersion', letter: 'x', least: '2019-10-10' },
  { name: 'filter', letter: 'f', least: '2019-12-12' },
  { name: 'tags', letter: 't', least: '2019-12-12' },
  { name: 'list', letter: 'l' },
  { name: 'add', letter: 'a' },
  { name: 'create', letter: 'c' },
  { name: 'update', letter: 'u' },
  { name: 'process', letter: 'p' },
  { name: 'setImmutabilityPolicy', letter: 'i', least: '2020-08-04' },
  { name: 'permanentDelete', letter: 'y', least: '2019-10-10' },
] as const satisfies readonly PermissionRow<AccountSasPermission>[];

const serviceRows = [
  { name: 'blob', letter: 'b' },
  { name: 'table', letter: 't' },
  { name: 'queue', letter: 'q' },
  { name: 'file', letter: 'f' },
] as const satisfies readonly PermissionRow<AccountSasService>[];

const resourceTypeRows = [
  { name: 'service', letter: 's' },
  { name: 'container', letter: 'c' },
  { name: 'object', letter: 'o' },
] as const satisfies readonly PermissionRow<AccountSasResourceType>[];

const encryptionScopeVersion = '2020-12-06';

/**
 * Signs an account SAS: for whole services of an account, at the levels that `resourceTypes` names. It cannot be narrowed to
 * a share or a file, and ends before its time only when the key is changed: use a SAS for a share or a file where one will do.
 *
 * @throws {ConfigurationError} `InvalidOption` that names the field; `InvalidAccountName`.
 * @throws {AuthenticationError} `InvalidKey` when the key is not base64.
 * @see https://learn.microsoft.com/rest/api/storageservices/create-account-sas
 */
export function generateAccountSas(options: AccountSasOptions, signer: AccountKey): GeneratedSas {
  checkKeys(options, 'the SAS', [
    'services',
    'resourceTypes',
    'permissions',
    'encryptionScope',
    ...limitNames,
  ]);
  const { accountName, key } = checkSigner(signer);
  const fields = accountFields(options);
  const text = accountStringToSign(accountName, fields);
  const { st, se, sip, spr, sv, ses } = fields;
  const token = sasQuery([
    ['sv', sv],
    ['ss', fields.ss],
    ['srt', fields.srt],
    ['spr', spr],
    ['st', st],
    ['se', se],
    ['sip', sip],
    ['ses', ses],
    ['sp', fields.sp],
    ['sig', signature(key, text)],
  ]);
  return new GeneratedSas(
    {
      kind: 'account',
      resource: `the account ${accountName} (services ${fields.ss}, levels ${fields.srt})`,
      permissions: fields.sp,
      policyId: undefined,
      ...limitsOf(fields),
    },
    token,
  );
}

/** What an account SAS signs, as texts. */
export interface AccountFields extends LimitTexts {
  readonly ss: string;
  readonly srt: string;
  readonly sp: string;
  readonly ses: string;
}

function accountFields(options: AccountSasOptions): AccountFields {
  const limits = limitTexts(options);
  if (limits.se === '') throw invalidOption('expiresOn must be given: an account SAS has no stored policy');
  const ss = permissionLetters(options.services, serviceRows, 'services');
  const srt = permissionLetters(options.resourceTypes, resourceTypeRows, 'resourceTypes');
  const sp = permissionLetters(options.permissions, permissionRows, 'permissions');
  checkLetterVersions(sp, permissionRows, limits.sv);
  return { ...limits, ss, srt, sp, ses: encryptionScope(options.encryptionScope, limits.sv) };
}

function encryptionScope(given: string | undefined, version: string): string {
  if (given === undefined) return '';
  if (version >= encryptionScopeVersion) return checkSignedText(given, 'encryptionScope');
  throw invalidOption(`encryptionScope needs version ${encryptionScopeVersion} or later, got ${version}`);
}

/** A line per field, each with its line feed, the last one too. */
export function accountStringToSign(accountName: string, fields: AccountFields): string {
  const { sp, ss, srt, st, se, sip, spr, sv, ses } = fields;
  const lines = [accountName, sp, ss, srt, st, se, sip, spr, sv];
  if (sv >= encryptionScopeVersion) lines.push(ses);
  return `${lines.join('\n')}\n`;
}
