import type { HttpResponse } from '../../core/http/message.js';
import { defaultTimeoutsMs } from '../../core/resilience/attempt-timeout.js';
import type { OpenedRange, RangeReading } from '../../transfer/resuming-read.js';
import { type FilesContext, type Location, locateFile, send } from '../context.js';
import { FileError } from '../errors.js';
import { hasCode } from '../failure.js';
import type { ReadFileRequest } from '../requests.js';
import type { ByteRange, FileProperties } from '../types.js';
import { unexpected } from '../wire/answers.js';
import { filePropertiesOf, getPropertiesRequest } from '../wire/file-wire.js';
import { openRangeRequest, type RangeAnswer, rangeAnswer } from '../wire/range-wire.js';

/** The answer to the first read of a file. */
export interface FirstRange {
  readonly properties: FileProperties;
  /** Absent where the file is empty: it has no range that could be read. */
  readonly opened: OpenedRange | undefined;
}

/** Reads ranges of one file, all of the version that the first one had. */
export class VersionedFile {
  readonly #context: FilesContext;
  readonly #at: Location;
  readonly #request: Omit<ReadFileRequest, 'range' | 'signal'>;
  readonly #md5: boolean;
  #version: string | undefined;

  constructor(
    context: FilesContext,
    request: Omit<ReadFileRequest, 'range'>,
    { verify }: { readonly verify: boolean },
  ) {
    const { share, path, leaseId, snapshot, timeoutMs } = request;
    this.#context = context;
    this.#at = locateFile(context, share, path);
    this.#request = { share, path, leaseId, snapshot, timeoutMs };
    this.#md5 = verify;
  }

  /** How its ranges are read. */
  get reading(): RangeReading {
    const { clock, retry, timeoutMs } = this.#context.pipeline.options;
    return {
      clock,
      retry,
      bodyMs: this.#request.timeoutMs ?? timeoutMs ?? defaultTimeoutsMs.largeRead,
      verify: this.#md5,
      open: (range, signal) => this.#open(range, signal),
    };
  }

  /** The same where the pace is the consumer's. */
  get unhurried(): RangeReading {
    return { ...this.reading, bodyMs: Number.POSITIVE_INFINITY };
  }

  /** The first range; it decides the version. */
  async first(range: ByteRange, signal: AbortSignal | undefined): Promise<FirstRange> {
    let answer: { opened: OpenedRange; properties: FileProperties };
    try {
      answer = await this.#ask(range, signal);
    } catch (error) {
      if (!hasCode(error, 'InvalidRange') || range.start > 0) throw error;
      return { properties: await this.#empty(signal), opened: undefined };
    }
    this.#version = answer.properties.etag;
    return answer;
  }

  /** The properties as they are now; they decide the version. */
  async look(signal: AbortSignal | undefined): Promise<FileProperties> {
    const wire = getPropertiesRequest(this.#at, this.#request);
    const { timeoutMs } = this.#request;
    const properties = filePropertiesOf(await send(this.#context, wire, { signal, timeoutMs }));
    this.#version = properties.etag;
    return properties;
  }

  /**
   * Makes sure that the file has not been written to since the first answer: a range that is read while somebody writes
   * to it may have something of both.
   * @throws {FileError} `FileChanged`.
   */
  async verify(signal: AbortSignal | undefined): Promise<void> {
    const before = this.#version;
    const { etag } = await this.look(signal).catch((error: unknown) => {
      throw hasCode(error, 'FileNotFound') ? this.#changed(undefined) : error;
    });
    if (etag !== before) throw this.#changed(etag, before);
  }

  async #open(range: ByteRange, signal: AbortSignal | undefined): Promise<OpenedRange> {
    try {
      const { opened, properties } = await this.#ask(range, signal);
      if (properties.etag === this.#version && opened.range.end === range.end) return opened;
      opened.body.discard();
      throw this.#changed(properties.etag);
    } catch (error) {
      // The file has become shorter, or is gone.
      throw hasCode(error, 'InvalidRange') || hasCode(error, 'FileNotFound')
        ? this.#changed(undefined)
        : error;
    }
  }

  async #ask(
    range: ByteRange,
    signal: AbortSignal | undefined,
  ): Promise<{ opened: OpenedRange; properties: FileProperties }> {
    const { leaseId, snapshot, timeoutMs } = this.#request;
    const wire = openRangeRequest(this.#at, { range, leaseId, snapshot, md5: this.#md5 });
    const response = await send(this.#context, wire, { signal, timeoutMs });
    try {
      const answer = rangeAnswer(range, response);
      const { properties } = answer;
      return { properties, opened: this.#openedOf(answer, response) };
    } catch (error) {
      response.body.discard();
      throw error;
    }
  }

  #openedOf({ range }: RangeAnswer, response: HttpResponse): OpenedRange {
    const { body, headers } = response;
    const md5 = this.#md5 ? headers.get('content-md5') : undefined;
    if (this.#md5 && md5 === undefined) throw unexpected('it tells no MD5, which was asked for', response);
    return { range, body, md5 };
  }

  async #empty(signal: AbortSignal | undefined): Promise<FileProperties> {
    const properties = await this.look(signal);
    if (properties.size > 0) throw this.#changed(properties.etag);
    return properties;
  }

  #changed(actual: string | undefined, expected = this.#version): FileError {
    const { share, path } = this.#at;
    const message = `${share}/${path}: the file was changed while it was read`;
    return new FileError('FileChanged', message, { share, path, operation: 'GetFile', expected, actual });
  }
}
