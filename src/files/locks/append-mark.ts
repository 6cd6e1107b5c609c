import { timing } from '../../lease/timing.js';
import type { FilesContext, Location } from '../context.js';
import type { FileProperties, Metadata } from '../types.js';
import { changeResult } from '../wire/answers.js';
import { resizeFileRequest, setMetadataRequest } from '../wire/file-wire.js';
import { sendOnce } from './file-lock-operations.js';

/**
 * In the metadata of a file while something is appended to it: the size that counts, and the one that it will have. It is
 * on the file itself, and not in the record of its lock, as only writes to the file are refused to a holder that comes
 * too late.
 */
const name = 'azstore_append';
const form = /^(\d{1,15})-(\d{1,15})$/;

/** How many bytes count of a file whose last append was not brought to its end; `undefined` where none was begun. */
export function committedSize({
  metadata,
  size,
}: Pick<FileProperties, 'metadata' | 'size'>): number | undefined {
  const mark = Object.entries(metadata).find(([key]) => isMark(key));
  if (mark === undefined) return undefined;
  const [, committed, target] = form.exec(mark[1]) ?? [];
  // Of another size it has been written to since, by somebody without a lock.
  return Number(target) === size ? Number(committed) : size;
}

/** The metadata of a file that is about to grow. */
export function withMark(
  metadata: Readonly<Metadata>,
  { committed, target }: { committed: number; target: number },
): Metadata {
  return { ...withoutMark(metadata), [name]: `${committed}-${target}` };
}

/** The user's own metadata. */
export function withoutMark(metadata: Readonly<Metadata>): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !isMark(key)));
}

function isMark(key: string): boolean {
  return key.toLowerCase() === name;
}

export interface Repair {
  readonly file: FileProperties;
  readonly lock: { readonly id: string };
  readonly signal: AbortSignal | undefined;
}

/**
 * Cuts off what an append has left behind that did not come to its end. Each request goes out once: one that came late
 * would cut off, under the same lock, what was written after it. Where no answer comes, the lock must be given back.
 */
export async function repairAppend(
  context: FilesContext,
  at: Location,
  { file, lock, signal }: Repair,
): Promise<FileProperties> {
  const limits = { limitMs: timing.requestMs, signal };
  const size = committedSize(file) ?? file.size;
  if (size < file.size) await sendOnce(context, resizeFileRequest(at, { size, leaseId: lock.id }), limits);
  const metadata = withoutMark(file.metadata);
  const wire = setMetadataRequest(at, { path: at.path, metadata, leaseId: lock.id });
  const { etag, lastModified } = changeResult(await sendOnce(context, wire, limits));
  return { ...file, size, metadata, etag, lastModified };
}
