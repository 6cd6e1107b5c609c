import { createHash } from 'node:crypto';
import type { FileSource } from '../../transfer/file-source.js';
import { type Facts, sameFacts, type TransferRecord } from '../../transfer/journal-record.js';
import { RangeSet } from '../../transfer/range-set.js';
import type { TransferSettings } from '../../transfer/settings.js';
import { TemporaryFile } from '../content/temporary-file.js';
import { type FilesContext, type Location, send } from '../context.js';
import { hasCode } from '../failure.js';
import type { FileInfo, FileProperties, SmbProperties } from '../types.js';
import { bufferedText } from '../wire/answers.js';
import {
  createFileRequest,
  filePropertiesOf,
  getPropertiesRequest,
  uploadedFile,
} from '../wire/file-wire.js';
import { httpHeadersOf } from '../wire/http-headers-wire.js';
import { listedRanges, listRangesRequest } from '../wire/range-wire.js';
import { smbProperties } from '../wire/smb-wire.js';
import type { StoredTimes } from './local-times.js';
import { journalOf, NotedTransfer } from './resume.js';
import type { UploadFileRequest } from './streaming-service.js';
import { checkTarget, creationOf, publicationOf } from './upload.js';
import { UploadRun } from './upload-run.js';

/** What is uploaded, and how. */
export interface ResumableUpload {
  readonly to: Location;
  readonly source: FileSource;
  readonly settings: TransferSettings;
  readonly localPath: string;
  /** Where it is written down. */
  readonly directory: string;
  /** What the file gets in place of the times of its upload. */
  readonly times?: StoredTimes | undefined;
}

/** Uploads a local file under a temporary name, and goes on with what an earlier run has left. */
export async function uploadResumably(
  context: FilesContext,
  request: UploadFileRequest,
  upload: ResumableUpload,
): Promise<FileInfo> {
  return new Resumption(context, request, upload).run();
}

class Resumption {
  readonly #context: FilesContext;
  readonly #request: UploadFileRequest;
  readonly #upload: ResumableUpload;
  /** What the source says of itself, and what is to become of it. */
  readonly #local: Facts;
  readonly #journal: ReturnType<typeof journalOf>;

  constructor(context: FilesContext, request: UploadFileRequest, upload: ResumableUpload) {
    const { to, localPath, directory } = upload;
    this.#context = context;
    this.#request = request;
    this.#upload = upload;
    this.#local = { ...upload.source.state, wish: wishOf(request) };
    this.#journal = journalOf(context, directory, { way: 'upload', at: to, localPath });
  }

  async run(): Promise<FileInfo> {
    const record = await this.#journal.read();
    if (record !== undefined) {
      const published = await this.#published(record);
      if (published !== undefined) return published;
    }
    await this.#checkTarget(record);
    const left = record === undefined ? undefined : await this.#left(record);
    if (left === undefined) return this.#begin();
    return this.#move(left.transfer, left.temporary);
  }

  async #checkTarget(record: TransferRecord | undefined): Promise<void> {
    const { to } = this.#upload;
    try {
      await checkTarget(this.#context, this.#request, to);
    } catch (error) {
      if (record !== undefined && hasCode(error, 'FileAlreadyExists')) await this.#discard(record);
      throw error;
    }
  }

  async #discard({ id }: TransferRecord): Promise<void> {
    const removed = await new TemporaryFile(this.#context, this.#upload.to, id).remove(undefined);
    if (removed) await this.#journal.remove(id);
  }

  /** The file, where an earlier run got as far as that but could not say so. */
  async #published(record: TransferRecord): Promise<FileInfo | undefined> {
    if (record.phase !== 'publishing' || !sameFacts(record.local, this.#local)) return undefined;
    return this.#renamed(record);
  }

  /** The file, where the temporary one has got its name. */
  async #renamed(record: Pick<TransferRecord, 'id' | 'size' | 'remote'>): Promise<FileInfo | undefined> {
    const { to } = this.#upload;
    const temporary = new TemporaryFile(this.#context, to, record.id);
    if ((await this.#look(temporary.at)) !== undefined) return undefined;
    const file = await this.#look(to);
    if (file === undefined || !isSame(record, file)) return undefined;
    await this.#journal.remove(record.id);
    const { size, etag, lastModified, contentType, metadata } = file;
    const { share, path } = to;
    return { share, path, size, etag, lastModified, metadata, ...(contentType && { contentType }) };
  }

  /** What an earlier run has left, as far as both ends agree with what is written down. What is of no use is removed. */
  async #left(
    record: TransferRecord,
  ): Promise<{ transfer: NotedTransfer; temporary: TemporaryFile } | undefined> {
    const { source, to } = this.#upload;
    const temporary = new TemporaryFile(this.#context, to, record.id);
    const file = await this.#look(temporary.at);
    const usable = file !== undefined && file.lease?.status !== 'locked' && isSame(record, file);
    if (usable && record.size === source.size && sameFacts(record.local, this.#local)) {
      const done = new RangeSet(record.done).intersection(await this.#stored(temporary.at));
      const rest = { ...record, phase: 'moving', done: done.ranges } as const;
      const transfer = new NotedTransfer(this.#journal, rest, { isNoted: true });
      return { transfer, temporary };
    }
    await this.#discard(record);
    return undefined;
  }

  async #begin(): Promise<FileInfo> {
    const { source, to } = this.#upload;
    const temporary = new TemporaryFile(this.#context, to);
    const { id } = temporary;
    const begun = {
      id,
      size: source.size,
      phase: 'moving',
      remote: {},
      local: this.#local,
      done: [],
    } as const;
    const transfer = new NotedTransfer(this.#journal, begun, { isNoted: false });
    try {
      // Written down before it is there, so that whoever comes next can remove it.
      await transfer.begin({ size: source.size, remote: {} });
      const { leaseId: _lock, ...unlocked } = this.#request;
      const { times } = this.#upload;
      const wire = createFileRequest(temporary.at, { ...unlocked, ...creationOf(times), size: source.size });
      const { headers } = await send(this.#context, wire, this.#request);
      await transfer.begin({ size: source.size, remote: factsOf(smbProperties(headers)) });
    } catch (error) {
      await this.#end(error, transfer, temporary);
      throw error;
    }
    return this.#move(transfer, temporary);
  }

  async #move(transfer: NotedTransfer, temporary: TemporaryFile): Promise<FileInfo> {
    const { source, settings, to } = this.#upload;
    const request = this.#request;
    const { signal, timeoutMs } = request;
    try {
      const job = { source, settings, call: { signal, timeoutMs }, httpHeaders: httpHeadersOf(request) };
      await new UploadRun(this.#context, temporary.at, {
        ...job,
        done: new RangeSet(transfer.done.ranges),
        onWritten: (range) => transfer.moved(range),
      }).run();
      await transfer.publishing();
      const version = await temporary.publish(publicationOf(request, this.#upload.times), request);
      await transfer.forget();
      return { ...uploadedFile(to, { ...request, size: source.size }), ...version };
    } catch (error) {
      const finished = await this.#finishedElsewhere(error, transfer);
      if (finished !== undefined) return finished;
      await this.#end(error, transfer, temporary);
      throw error;
    }
  }

  /** The file, where another process that carried out the same transfer was faster. */
  async #finishedElsewhere(error: unknown, transfer: NotedTransfer): Promise<FileInfo | undefined> {
    if (!hasCode(error, 'FileNotFound')) return undefined;
    return this.#renamed(transfer.record).catch(() => undefined);
  }

  /** Leaves what another run can go on with; removes what none could. */
  async #end(error: unknown, transfer: NotedTransfer, temporary: TemporaryFile): Promise<void> {
    if (transfer.canGoOn(error)) return;
    // As long as it is there, the next run should know of it.
    if (await temporary.remove(error)) await transfer.forget();
  }

  async #look(at: Location): Promise<FileProperties | undefined> {
    const { signal, timeoutMs } = this.#request;
    try {
      const wire = getPropertiesRequest(at, { path: at.path });
      return filePropertiesOf(await send(this.#context, wire, { signal, timeoutMs }));
    } catch (error) {
      if (hasCode(error, 'FileNotFound')) return undefined;
      throw error;
    }
  }

  /** The parts of a file that have been written to, as the service knows them. */
  async #stored(at: Location): Promise<RangeSet> {
    const { signal, timeoutMs } = this.#request;
    const response = await send(this.#context, listRangesRequest(at, { path: at.path }), {
      signal,
      timeoutMs,
    });
    return new RangeSet(listedRanges(response, bufferedText(response)).ranges);
  }
}

/** What the file was created with. As a hash: it may say more than a note should. */
function wishOf(request: UploadFileRequest): string {
  const { metadata = {} } = request;
  const wish = [Object.entries(httpHeadersOf(request)), Object.entries(metadata)];
  return createHash('sha256').update(JSON.stringify(wish)).digest('hex');
}

/** What stays with a file under all its names, and is no other file's. */
function factsOf({ fileId = '', creationTime = '' }: SmbProperties): {
  fileId: string;
  creationTime: string;
} {
  return { fileId, creationTime };
}

function isSame({ remote, size }: Pick<TransferRecord, 'remote' | 'size'>, file: FileProperties): boolean {
  return size === file.size && sameFacts(remote, factsOf(file.smb));
}
