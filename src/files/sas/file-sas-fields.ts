import { invalidOption } from '../../core/option-checks.js';
import type { SasDescription, SasKind, SasParameters } from '../../sas/generated-sas.js';
import {
  checkPolicyId,
  type LimitTexts,
  limitNames,
  limitsOf,
  limitTexts,
  responseTexts,
  type SasLimits,
  type SasResponseHeaders,
  type SasVersions,
} from '../../sas/limits.js';
import { type PermissionRow, permissionLetters, type SasPermissions } from '../../sas/permissions.js';
import { checkFilePath, checkShareName } from '../paths.js';

/** What a SAS for one file may allow. */
export type FileSasPermission = 'read' | 'create' | 'write' | 'delete';
/** What a SAS for a share may allow, with everything in it. */
export type ShareSasPermission = FileSasPermission | 'list';

/** What every SAS of the File service may say. */
export interface FileServiceSasOptions extends SasLimits {
  readonly share: string;
  /** What answers to it say instead of what is stored with the file. */
  readonly responseHeaders?: SasResponseHeaders | undefined;
}

/** The names of {@link FileServiceSasOptions} and of permissions, for checks of unknown fields. */
export const filesSasNames = ['share', 'permissions', 'responseHeaders', ...limitNames] as const;

/** In the order that the service asks for. */
const shareRows = [
  { name: 'read', letter: 'r' },
  { name: 'create', letter: 'c' },
  { name: 'write', letter: 'w' },
  { name: 'delete', letter: 'd' },
  { name: 'list', letter: 'l' },
] as const satisfies readonly PermissionRow<ShareSasPermission>[];
const fileRows = shareRows.filter(({ name }) => name !== 'list');

/** What a SAS is for. */
export interface SasSubject {
  readonly sr: 's' | 'f';
  /** Share, or share and path, as names: not encoded. */
  readonly name: string;
}

/** @throws {ConfigurationError} `InvalidShareName`, `InvalidPath` */
export function sasSubject(share: string, path?: string): SasSubject {
  checkShareName(share);
  if (path === undefined) return { sr: 's', name: share };
  return { sr: 'f', name: `${share}/${checkFilePath(path).path}` };
}

/** The account stands here once, also where it stands in the path of the URL. */
export function signedResource(accountName: string, subject: SasSubject): string {
  return `/file/${accountName}/${subject.name}`;
}

/** What is signed, as texts. */
export interface SignedFields {
  readonly sp: string;
  readonly si: string;
  readonly limits: LimitTexts;
  readonly responseHeaders: readonly string[];
}

/** What {@link signedFields} reads. */
export interface FieldSource extends FileServiceSasOptions {
  readonly permissions?: SasPermissions<string> | undefined;
  readonly policyId?: string | undefined;
}

/** Checks fields and gives their texts. @throws {ConfigurationError} `InvalidOption` that names the field. */
export function signedFields(
  subject: SasSubject,
  options: FieldSource,
  versions?: SasVersions,
): SignedFields {
  const rows: readonly PermissionRow<string>[] = subject.sr === 's' ? shareRows : fileRows;
  const limits = limitTexts(options, versions);
  const si = checkPolicyId(options.policyId);
  const { permissions } = options;
  if (si === '' && (permissions === undefined || limits.se === '')) {
    throw invalidOption('permissions and expiresOn must be given, as no stored policy (policyId) has them');
  }
  return {
    sp: permissions === undefined ? '' : permissionLetters(permissions, rows, 'permissions'),
    si,
    limits,
    responseHeaders: responseTexts(options.responseHeaders),
  };
}

/** The parameters that every SAS of the File service has, in the order of the official client. */
export function signedParameters(subject: SasSubject, fields: SignedFields, sig: string): SasParameters {
  const { st, se, sip, spr, sv } = fields.limits;
  const [rscc = '', rscd = '', rsce = '', rscl = '', rsct = ''] = fields.responseHeaders;
  return [
    ['sv', sv],
    ['spr', spr],
    ['st', st],
    ['se', se],
    ['sip', sip],
    ['si', fields.si],
    ['sr', subject.sr],
    ['sp', fields.sp],
    ['sig', sig],
    ['rscc', rscc],
    ['rscd', rscd],
    ['rsce', rsce],
    ['rscl', rscl],
    ['rsct', rsct],
  ];
}

export function describeSas(kind: SasKind, subject: SasSubject, fields: SignedFields): SasDescription {
  return {
    kind,
    resource: subject.name,
    permissions: fields.sp,
    policyId: fields.si === '' ? undefined : fields.si,
    ...limitsOf(fields.limits),
  };
}
