import { pause } from '../../core/pause.js';
import { type FilesContext, locateFile, send } from '../context.js';
import { FileError } from '../errors.js';
import { hasCode } from '../failure.js';
import { checkInteger, query, requireVersion } from '../request-checks.js';
import type {
  AbortCopyRequest,
  CopyFileRequest,
  CopyFromUrlRequest,
  WaitForCopyRequest,
} from '../requests.js';
import type { CopyStatus, FileCopyState } from '../types.js';
import { abortCopyRequest, checkSourceUrl, copyFileRequest, startedCopy } from '../wire/copy-wire.js';
import { filePropertiesOf, getPropertiesRequest } from '../wire/file-wire.js';

const firstPauseMs = 100;
const defaultPollMs = 5000;
const defaultWaitMs = 3_600_000;
const maxWaitMs = 1_209_600_000;

/** See `FileService.copy`. */
export async function copyFile(context: FilesContext, request: CopyFileRequest): Promise<CopyStatus> {
  const from = locateFile(context, request.sourceShare, request.sourcePath);
  const url =
    context.pipeline.endpoint.origin + from.target + query({ sharesnapshot: request.sourceSnapshot });
  return start(context, request, { url, share: from.share, path: from.path });
}

/** See `FileService.copyFromUrl`. */
export async function copyFromUrl(context: FilesContext, request: CopyFromUrlRequest): Promise<CopyStatus> {
  checkSourceUrl(request.sourceUrl);
  return start(context, request, { url: request.sourceUrl });
}

async function start(
  context: FilesContext,
  request: CopyFileRequest | CopyFromUrlRequest,
  source: Parameters<typeof copyFileRequest>[2],
): Promise<CopyStatus> {
  const to = locateFile(context, request.destShare, request.destPath);
  if (request.keepSmbProperties === true) requireVersion(to.version, '2019-07-07', 'keepSmbProperties');
  return startedCopy(await send(context, copyFileRequest(to, request, source), request));
}

/** See `FileService.waitForCopy`. */
export async function waitForCopy(context: FilesContext, request: WaitForCopyRequest): Promise<CopyStatus> {
  const { waitMs = defaultWaitMs, pollMs = defaultPollMs } = request;
  checkInteger('waitMs', waitMs, { min: 0, max: maxWaitMs });
  checkInteger('pollMs', pollMs, { min: 1, max: maxWaitMs });
  const { clock } = context.pipeline.options;
  const endAt = clock.monotonic() + waitMs;
  let copyId = request.copyId;
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    const { source: _source, completedAt: _completedAt, ...status } = await look(context, request, copyId);
    const leftMs = endAt - clock.monotonic();
    if (status.status !== 'pending' || leftMs <= 0) return status;
    copyId = status.copyId;
    await pause(clock, Math.min(pauseMs, pollMs, leftMs), request.signal);
  }
}

async function look(
  context: FilesContext,
  request: WaitForCopyRequest,
  expected: string | undefined,
): Promise<FileCopyState> {
  const at = locateFile(context, request.share, request.path);
  const { signal, timeoutMs } = request;
  const response = await send(context, getPropertiesRequest(at, request), { signal, timeoutMs });
  const { copy } = filePropertiesOf(response);
  if (copy !== undefined && (expected === undefined || copy.copyId === expected)) return copy;
  const { share, path } = at;
  const message = `${share}/${path}: it is not, or no longer, the destination of that copy`;
  throw new FileError('FileChanged', message, {
    share,
    path,
    expected,
    actual: copy?.copyId,
    operation: 'GetFileProperties',
  });
}

/** See `FileService.abortCopy`. */
export async function abortCopy(context: FilesContext, request: AbortCopyRequest): Promise<void> {
  const at = locateFile(context, request.share, request.path);
  try {
    await send(context, abortCopyRequest(at, request), request);
  } catch (error) {
    // Sent more than once: the first one may well have ended the copy.
    if (!hasCode(error, 'CopyNotPending') || error.attempts < 2) throw error;
  }
}
