import { type FilesContext, type Location, send } from '../context.js';
import { withoutMark } from '../locks/append-mark.js';
import type { CallOptions, CreateFileRequest, LockPatience } from '../requests.js';
import type { FileProperties, FileVersion } from '../types.js';
import { createFileRequest } from '../wire/file-wire.js';
import { putBytes } from './put-bytes.js';
import { TemporaryFile } from './temporary-file.js';

/** What a file is to become, in one step. */
export interface Replacement {
  readonly data: Uint8Array;
  /** What it is now, and mostly stays; `undefined` for a file that is not there yet. */
  readonly before: FileProperties | undefined;
  /** Of a file that is not there yet. */
  readonly contentType?: string | undefined;
  /** The lock under which it is done, which stays. */
  readonly lock?: { readonly id: string } | undefined;
  /** Ends what comes before the last step. @defaultValue that of the call */
  readonly preparation?: AbortSignal | undefined;
}

/**
 * Writes new content under a temporary name and renames it over the old. Whoever reads has the old file or the new one.
 *
 * @throws {LeaseError} when the lock is lost: then it is certain that the file was not replaced.
 */
export async function replaceFile(
  context: FilesContext,
  to: Location,
  { replacement, call }: { replacement: Replacement; call: CallOptions & LockPatience },
): Promise<FileVersion> {
  const { data, before, contentType, lock } = replacement;
  const temporary = new TemporaryFile(context, to);
  const kept = before === undefined ? { contentType } : keptOf(before);
  const wire = createFileRequest(temporary.at, { path: to.path, size: data.length, ...kept });
  const preparing = { timeoutMs: call.timeoutMs, signal: replacement.preparation ?? call.signal };
  try {
    await send(context, wire, preparing);
    await putBytes(context, temporary.at, { data, offset: 0, ...preparing });
    // To what is created, the service adds an attribute of its own.
    const smb = { attributes: before?.smb.attributes };
    return await temporary.publish({ replace: 'replace', lock, smb }, call);
  } catch (error) {
    const removed = temporary.remove(error);
    // Whoever gave up does not wait for it.
    if (call.signal?.aborted !== true) await removed;
    throw error;
  }
}

/** What a write in place would leave alone. A stored MD5 is that of the old content. */
function keptOf({ smb, ...file }: FileProperties): Partial<CreateFileRequest> {
  const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } = file;
  return {
    contentType,
    contentEncoding,
    contentLanguage,
    contentDisposition,
    cacheControl,
    metadata: withoutMark(file.metadata),
    smb: { permissionKey: smb.permissionKey },
  };
}
