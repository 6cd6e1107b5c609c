import { FileSink } from '../../transfer/file-sink.js';
import type { TransferSettings } from '../../transfer/settings.js';
import type { FilesContext } from '../context.js';
import type { FileProperties } from '../types.js';
import { downloadInto } from './download.js';
import { keepTime } from './local-times.js';
import type { DownloadFileRequest } from './streaming-service.js';

/** Downloads into a local file that appears whole or not at all. */
export async function downloadFile(
  context: FilesContext,
  request: DownloadFileRequest,
  { settings, localPath }: { readonly settings: TransferSettings; readonly localPath: string },
): Promise<FileProperties> {
  const { signal } = request;
  const id = context.pipeline.options.clock.uuid();
  const sink = await FileSink.create(localPath, { id, overwrite: request.overwrite !== false });
  try {
    const properties = await downloadInto(context, request, { sink, settings, signal });
    signal?.throwIfAborted();
    if (request.preserveTimes === true) await keepTime(sink, properties);
    await sink.commit();
    return properties;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}
