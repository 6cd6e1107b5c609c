import { ConfigurationError } from '../../core/errors.js';
import type { HttpHeaders } from '../../core/http/headers.js';
import { shown } from '../../core/option-checks.js';
import { parseTicks } from '../../core/wire/dates.js';
import { requireVersion, setText } from '../request-checks.js';
import type { SmbSettings, SmbTime } from '../requests.js';
import type { SmbProperties } from '../types.js';

const attributeNames = new Map(
  [
    'None',
    'ReadOnly',
    'Hidden',
    'System',
    'Directory',
    'Archive',
    'Temporary',
    'Offline',
    'NotContentIndexed',
    'NoScrubData',
  ].map((name) => [name.toLowerCase(), name]),
);
const maxPermissionLength = 8192;

/** What is sent for what the user did not name, while the service insisted on it: 2019-02-02 to 2021-04-10. */
const mandatory = {
  createFile: { permission: 'inherit', attributes: 'None', time: 'now' },
  createDirectory: { permission: 'inherit', attributes: 'None', time: 'now' },
  change: { permission: 'preserve', attributes: 'preserve', time: 'preserve' },
} as const;

export interface SmbHeaderOptions {
  readonly version: string;
  readonly purpose: keyof typeof mandatory | 'rename';
}

/** Sets the headers for what SMB knows of a file or directory. */
export function setSmbHeaders(headers: HttpHeaders, smb: SmbSettings, options: SmbHeaderOptions): void {
  if (Object.values(smb).some((value) => value !== undefined))
    requireVersion(options.version, '2019-02-02', 'smb');
  if (smb.changeTime !== undefined) requireVersion(options.version, '2021-06-08', 'smb.changeTime');
  if (options.purpose !== 'rename' && options.version >= '2019-02-02' && options.version < '2021-06-08') {
    setDefaults(headers, mandatory[options.purpose]);
  } else if (options.purpose === 'createFile') headers.set('x-ms-file-attributes', 'None');
  setPermission(headers, smb);
  if (smb.attributes !== undefined) headers.set('x-ms-file-attributes', attributesText(smb.attributes));
  setTime(headers, 'creation', smb.creationTime);
  setTime(headers, 'last-write', smb.lastWriteTime);
  setTime(headers, 'change', smb.changeTime);
}

function setDefaults(headers: HttpHeaders, values: (typeof mandatory)[keyof typeof mandatory]): void {
  headers
    .set('x-ms-file-permission', values.permission)
    .set('x-ms-file-attributes', values.attributes)
    .set('x-ms-file-creation-time', values.time)
    .set('x-ms-file-last-write-time', values.time);
}

function setPermission(headers: HttpHeaders, smb: SmbSettings): void {
  const { permission, permissionKey } = smb;
  if (permission !== undefined && permissionKey !== undefined) {
    throw invalid('permission and permissionKey must not be given together');
  }
  if (permission !== undefined && permission.length > maxPermissionLength) {
    throw invalid(
      `permission must have at most ${maxPermissionLength} characters; a longer one needs a permissionKey`,
    );
  }
  if (permissionKey !== undefined) headers.delete('x-ms-file-permission');
  setText(headers, 'x-ms-file-permission', { name: 'smb.permission', value: permission });
  setText(headers, 'x-ms-file-permission-key', { name: 'smb.permissionKey', value: permissionKey });
}

function attributesText(attributes: string): string {
  return attributes
    .split('|')
    .map((name) => {
      const known = attributeNames.get(name.trim().toLowerCase());
      if (known !== undefined) return known;
      const allowed = [...attributeNames.values()].join(', ');
      throw invalid(
        `attributes must be names joined by a bar (${allowed}), got ${JSON.stringify(attributes.slice(0, 80))}`,
      );
    })
    .join('|');
}

function setTime(
  headers: HttpHeaders,
  kind: 'creation' | 'last-write' | 'change',
  time: SmbTime | undefined,
): void {
  if (time === undefined) return;
  const text = time instanceof Date ? dateText(time) : time;
  if (text !== 'now' && (text === undefined || parseTicks(text) === undefined)) {
    throw invalid(
      `the ${kind} time must be a Date, an ISO 8601 time in UTC with up to seven decimals, or 'now', got ${shown(time)}`,
    );
  }
  headers.set(`x-ms-file-${kind}-time`, text);
}

function dateText(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function invalid(rule: string): ConfigurationError {
  return new ConfigurationError('InvalidRequest', `smb: ${rule}`);
}

/** What an answer tells. */
export function smbProperties(headers: HttpHeaders): SmbProperties {
  const smb: SmbProperties = {};
  const put = (name: keyof SmbProperties, header: string): void => {
    const value = headers.get(header);
    if (value !== undefined) smb[name] = value;
  };
  put('attributes', 'x-ms-file-attributes');
  put('creationTime', 'x-ms-file-creation-time');
  put('lastWriteTime', 'x-ms-file-last-write-time');
  put('changeTime', 'x-ms-file-change-time');
  put('permissionKey', 'x-ms-file-permission-key');
  put('fileId', 'x-ms-file-id');
  put('parentId', 'x-ms-file-parent-id');
  return smb;
}
