import { createHash } from 'node:crypto';
import { invalidHeader, Refusal } from '../service-errors.js';

/** What the service adds to a descriptor without an audit list when it gives it back. */
const noAuditSuffix = 'S:NO_ACCESS_CONTROL';

/** The descriptors that new items inherit; those of files and directories differ, and so do their keys. */
export const inheritedDescriptors = {
  file: 'O:SYG:SYD:(A;ID;FA;;;BA)(A;ID;FA;;;SY)(A;ID;0x1301bf;;;AU)(A;ID;0x1200a9;;;BU)',
  directory: 'O:SYG:SYD:(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1301bf;;;AU)(A;OICIID;0x1200a9;;;BU)',
} as const;

const sid = '(?:[A-Z]{2}|S-1-[0-9-]+)';
const ace = '\\([A-Z]{1,2};[^;()]*;[^;()]*;[^;()]*;[^;()]*;[^;()]*(?:;[^()]*(?:\\([^()]*\\)[^()]*)?)?\\)';
const sddl = new RegExp(
  `^O:${sid}G:${sid}D:(?:P|AR|AI|NO_ACCESS_CONTROL)*(?:${ace})*(?:S:(?:P|AR|AI|NO_ACCESS_CONTROL)*(?:${ace})*)?$`,
  'i',
);

/** Whether a text is a security descriptor with owner, group and access list. */
export function isDescriptor(text: string): boolean {
  return sddl.test(text);
}

/**
 * Checks the format that a permission is given or asked for in.
 * @throws {Refusal} `InvalidHeaderValue` with the reason: permissions are kept in SDDL only.
 */
export function checkPermissionFormat(format: string | undefined): void {
  if (format === undefined || format.toLowerCase() === 'sddl') return;
  const refusal = invalidHeader('x-ms-file-permission-format', format);
  const reason = 'This emulator keeps permissions in SDDL only.';
  throw new Refusal(refusal.code, { extras: { ...refusal.details.extras, Reason: reason } });
}

/** A descriptor as it is kept: the form that is given back and the one that was posted are the same. */
export function normalizedDescriptor(text: string): string {
  return text.endsWith(noAuditSuffix) ? text.slice(0, -noAuditSuffix.length) : text;
}

/** A descriptor as it is given back: one without an audit list says so. */
export function shownDescriptor(text: string): string {
  return /S:(?:P|AR|AI|\()/.test(text.slice(text.indexOf('D:'))) ? text : `${text}${noAuditSuffix}`;
}

/** The key of a descriptor in an account: two unsigned 64-bit numbers, always the same for the same text. */
export function permissionKeyOf(account: string, descriptor: string): string {
  return `${number64(normalizedDescriptor(descriptor))}*${number64(`account ${account}`)}`;
}

function number64(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest().readBigUInt64BE(0).toString();
}

const inheritedKeys = new Map<string, string>();

/** The key that an item without a permission of its own has. */
export function inheritedKey(account: string, kind: 'file' | 'directory'): string {
  const name = `${kind} ${account}`;
  let key = inheritedKeys.get(name);
  if (key === undefined) {
    key = permissionKeyOf(account, inheritedDescriptors[kind]);
    if (inheritedKeys.size > 1000) inheritedKeys.clear();
    inheritedKeys.set(name, key);
  }
  return key;
}
