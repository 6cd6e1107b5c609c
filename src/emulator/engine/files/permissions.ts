import { HttpHeaders } from '../../../core/http/headers.js';
import type { ShareContext } from '../context.js';
import { emptyReply, type Reply } from '../reply.js';
import { invalidHeader, missingHeader, Refusal } from '../service-errors.js';
import {
  checkPermissionFormat,
  inheritedDescriptors,
  inheritedKey,
  isDescriptor,
  normalizedDescriptor,
  permissionKeyOf,
  shownDescriptor,
} from './permission-keys.js';

const keyHeader = 'x-ms-file-permission-key';
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Create Permission: keeps a security descriptor; the same one always gets the same key. */
export function createPermission(context: ShareContext): Reply {
  const { store, share, account } = context;
  const descriptor = readPermission(context.body);
  const key = permissionKeyOf(account, descriptor);
  store.putPermission(share.volume, key, normalizedDescriptor(descriptor));
  return emptyReply(201, new HttpHeaders().set(keyHeader, key));
}

/** Get Permission: the security descriptor of a key. */
export function getPermission(context: ShareContext): Reply {
  const { headers, store, share, account } = context;
  const key = headers.get(keyHeader);
  if (key === undefined) throw missingHeader(keyHeader);
  if (!/^\d{1,20}\*\d{1,20}$/.test(key)) throw invalidHeader(keyHeader, key);
  checkPermissionFormat(headers.get('x-ms-file-permission-format'));
  const descriptor = store.permission(share.volume, key) ?? inheritedDescriptor(account, key);
  if (descriptor === undefined) throw new Refusal('FileInvalidPermissionKey');
  const document = JSON.stringify({ permission: shownDescriptor(descriptor) });
  return { status: 200, headers: new HttpHeaders(), body: Buffer.from(document, 'utf8') };
}

/** What every share knows without having been told. */
function inheritedDescriptor(account: string, key: string): string | undefined {
  if (key === inheritedKey(account, 'file')) return inheritedDescriptors.file;
  return key === inheritedKey(account, 'directory') ? inheritedDescriptors.directory : undefined;
}

/** @throws {Refusal} `InvalidInput` for a body that is not the document, `FileInvalidPermission`. */
function readPermission(body: Uint8Array): string {
  const { permission, format = 'sddl' } = readDocument(body);
  if (typeof permission !== 'string') throw new Refusal('InvalidInput');
  if (typeof format !== 'string') throw new Refusal('InvalidInput');
  checkPermissionFormat(format);
  if (!isDescriptor(permission)) throw new Refusal('FileInvalidPermission');
  return permission;
}

function readDocument(body: Uint8Array): { readonly permission?: unknown; readonly format?: unknown } {
  let document: unknown;
  try {
    document = JSON.parse(decoder.decode(body));
  } catch {
    throw new Refusal('InvalidInput');
  }
  if (typeof document !== 'object' || document === null) throw new Refusal('InvalidInput');
  return document;
}
