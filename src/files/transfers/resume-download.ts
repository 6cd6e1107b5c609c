import { discardTemporary, FileSink, identityAt } from '../../transfer/file-sink.js';
import type { TransferRecord } from '../../transfer/journal-record.js';
import { RangeSet } from '../../transfer/range-set.js';
import type { TransferSettings } from '../../transfer/settings.js';
import { bootOf, sameBoot } from '../../transfer/state-directory.js';
import { hasErrno } from '../../transfer/tree/local-directory.js';
import { VersionedFile } from '../content/versioned-file.js';
import { type FilesContext, locateFile } from '../context.js';
import { hasCode } from '../failure.js';
import type { ByteRange, FileProperties } from '../types.js';
import { DownloadRun } from './download.js';
import { keepTime } from './local-times.js';
import { journalOf, NotedTransfer } from './resume.js';
import type { DownloadFileRequest } from './streaming-service.js';

/** What is downloaded, and how. */
export interface ResumableDownload {
  readonly settings: TransferSettings;
  readonly localPath: string;
  /** Where it is written down. */
  readonly directory: string;
}

/** Downloads into a local file, and goes on with what an earlier run has left. */
export async function downloadResumably(
  context: FilesContext,
  request: DownloadFileRequest,
  download: ResumableDownload,
): Promise<FileProperties> {
  return new Resumption(context, request, download).run();
}

class Resumption {
  readonly #context: FilesContext;
  readonly #request: DownloadFileRequest;
  readonly #download: ResumableDownload;
  readonly #journal: ReturnType<typeof journalOf>;
  readonly #file: VersionedFile;

  constructor(context: FilesContext, request: DownloadFileRequest, download: ResumableDownload) {
    const { directory, localPath, settings } = download;
    const { share, path, snapshot } = request;
    this.#context = context;
    this.#request = request;
    this.#download = download;
    this.#journal = journalOf(context, directory, {
      way: 'download',
      at: locateFile(context, share, path),
      snapshot,
      localPath,
    });
    this.#file = new VersionedFile(context, request, settings);
  }

  async run(): Promise<FileProperties> {
    const record = await this.#journal.read();
    if (record === undefined) return this.#begin();
    const properties = await this.#look(record);
    if (!isSame(record, properties)) {
      await this.#discard(record);
      return this.#begin();
    }
    if (await this.#isPublished(record)) {
      await this.#discard(record);
      return properties;
    }
    const sink = await this.#left(record);
    if (sink === undefined) {
      await this.#discard(record);
      return this.#begin();
    }
    const transfer = new NotedTransfer(this.#journal, { ...record, phase: 'moving' }, { isNoted: true });
    return this.#move(transfer, sink, async (run) => {
      await run.rest(properties, new RangeSet(transfer.done.ranges));
      return properties;
    });
  }

  async #look(record: TransferRecord): Promise<FileProperties> {
    try {
      return await this.#file.look(this.#request.signal);
    } catch (error) {
      if (hasCode(error, 'FileNotFound')) await this.#discard(record);
      throw error;
    }
  }

  /** Whether an earlier run got as far as giving the file its name, but could not say so. */
  async #isPublished({ phase, local }: TransferRecord): Promise<boolean> {
    if (phase !== 'publishing') return false;
    return (await identityAt(this.#download.localPath)) === local.identity;
  }

  /** What an earlier run has written, unless it may not have reached the disk. */
  async #left({ id, local, done }: TransferRecord): Promise<FileSink | undefined> {
    const { clock } = this.#context.pipeline.options;
    const leastBytes = done.at(-1)?.end ?? 0;
    if (!sameBoot(local.boot ?? '', await bootOf(clock))) return undefined;
    return FileSink.reopen(this.#download.localPath, { id, overwrite: this.#overwrite, leastBytes });
  }

  async #begin(): Promise<FileProperties> {
    const { clock } = this.#context.pipeline.options;
    const id = clock.uuid();
    const sink = await FileSink.prepare(this.#download.localPath, { id, overwrite: this.#overwrite });
    const local = { boot: await bootOf(clock) };
    const begun = { id, size: 0, phase: 'moving', remote: {}, local, done: [] } as const;
    const transfer = new NotedTransfer(this.#journal, begun, { isNoted: false });
    return this.#move(transfer, sink, (run) =>
      run.whole(async (properties) => {
        // Of one range there is nothing to go on with.
        if (properties.size > this.#download.settings.rangeBytes) {
          await transfer.begin({ size: properties.size, remote: factsOf(properties) });
        }
        await sink.open();
      }),
    );
  }

  async #move(
    transfer: NotedTransfer,
    sink: FileSink,
    move: (run: DownloadRun) => Promise<FileProperties>,
  ): Promise<FileProperties> {
    const { settings } = this.#download;
    const { signal } = this.#request;
    const onWritten = (range: ByteRange) => transfer.moved(range);
    const run = new DownloadRun(this.#file, { sink, settings, signal, onWritten });
    try {
      const properties = await move(run);
      signal?.throwIfAborted();
      if (this.#request.preserveTimes === true) await keepTime(sink, properties);
      const identity = await sink.identity();
      await transfer.publishing({ identity });
      await this.#commit(sink, identity);
      await transfer.forget();
      return properties;
    } catch (error) {
      await this.#end(error, transfer, sink);
      throw error;
    }
  }

  /** Another process that carried out the same transfer may have given the file its name just before. */
  async #commit(sink: FileSink, identity: string): Promise<void> {
    try {
      await sink.commit();
    } catch (error) {
      if (!hasErrno(error, 'ENOENT') || (await identityAt(this.#download.localPath)) !== identity)
        throw error;
    }
  }

  /** Leaves what another run can go on with; removes what none could. */
  async #end(error: unknown, transfer: NotedTransfer, sink: FileSink): Promise<void> {
    if (transfer.canGoOn(error)) return sink.leave();
    await sink.discard();
    await transfer.forget();
  }

  async #discard({ id }: TransferRecord): Promise<void> {
    await discardTemporary(this.#download.localPath, id);
    await this.#journal.remove(id);
  }

  get #overwrite(): boolean {
    return this.#request.overwrite !== false;
  }
}

function factsOf({ etag, lastModified }: FileProperties) {
  return { etag, lastModified: lastModified.toISOString() };
}

function isSame({ size, remote }: TransferRecord, properties: FileProperties): boolean {
  const { etag, lastModified } = factsOf(properties);
  return size === properties.size && remote.etag === etag && remote.lastModified === lastModified;
}
