import type { HttpResponse } from '../../core/http/message.js';
import { chunkPlan } from '../../transfer/chunk-plan.js';
import { runWindow } from '../../transfer/window.js';
import { type FilesContext, type Location, locateFile, send } from '../context.js';
import { FileError } from '../errors.js';
import { hasCode } from '../failure.js';
import { checkRange, maxFileBytes } from '../request-checks.js';
import type { ReadFileRequest } from '../requests.js';
import type { ByteRange, FileContent } from '../types.js';
import { bufferedBytes, unexpected } from '../wire/answers.js';
import { filePropertiesOf, getPropertiesRequest } from '../wire/file-wire.js';
import {
  type GetRange,
  getRangeRequest,
  isLargeRead,
  type RangeAnswer,
  rangeAnswer,
} from '../wire/range-wire.js';

/** How often a file may turn out to be empty and then not. */
const maxRounds = 3;

/** See `FileService.read`. */
export async function readFile(context: FilesContext, request: ReadFileRequest): Promise<FileContent> {
  const at = locateFile(context, request.share, request.path);
  const reader = new FileReader(context, at, request);
  if (request.range !== undefined) {
    checkRange(request.range, at);
    return reader.read(request.range);
  }
  for (let round = 1; ; round++) {
    try {
      return await reader.read({ start: 0, end: maxFileBytes });
    } catch (error) {
      // An empty file has no range at all: the service refuses each.
      if (!hasCode(error, 'InvalidRange')) throw error;
      const empty = await reader.readEmpty();
      if (empty !== undefined) return empty;
      if (round === maxRounds) throw error;
    }
  }
}

class FileReader {
  readonly #context: FilesContext;
  readonly #at: Location;
  readonly #request: ReadFileRequest;

  constructor(context: FilesContext, at: Location, request: ReadFileRequest) {
    this.#context = context;
    this.#at = at;
    this.#request = request;
  }

  async read(wanted: Readonly<ByteRange>): Promise<FileContent> {
    const { rangeSize } = this.#context.pipeline.options;
    const range = { start: wanted.start, end: Math.min(wanted.end, wanted.start + rangeSize) };
    // The size is not known yet; most files are small.
    const kind = wanted.end === maxFileBytes ? 'small' : undefined;
    const first = await this.#get({ range, kind }, this.#request.signal);
    const { properties } = first.answer;
    const whole = { start: wanted.start, end: Math.min(wanted.end, properties.size) };
    const data = first.answer.range.end === whole.end ? first.data : await this.#readRest(whole, first);
    return { data, properties, etag: properties.etag };
  }

  /** Properties of a file without content; `undefined` when it has some by now. */
  async readEmpty(): Promise<FileContent | undefined> {
    const response = await send(this.#context, getPropertiesRequest(this.#at, this.#request), this.#request);
    const properties = filePropertiesOf(response);
    if (properties.size > 0) return undefined;
    return { data: new Uint8Array(0), properties, etag: properties.etag };
  }

  async #readRest(whole: ByteRange, first: Part): Promise<Uint8Array> {
    const { rangeSize, concurrency } = this.#context.pipeline.options;
    const data = this.#allocate(whole);
    data.set(first.data);
    const kind = isLargeRead(whole) ? 'large' : 'small';
    const plan = chunkPlan(first.answer.range.end, whole.end, rangeSize);
    const { signal } = this.#request;
    await runWindow(plan, { concurrency, signal }, async (range, windowSignal) => {
      const part = await this.#getSameVersion({ range, kind }, first.answer, windowSignal);
      data.set(part.data, range.start - whole.start);
    });
    return data;
  }

  #allocate(range: ByteRange): Uint8Array {
    const size = range.end - range.start;
    try {
      return new Uint8Array(size);
    } catch (cause) {
      const { share, path } = this.#at;
      const message = `${share}/${path}: ${size} bytes do not fit into memory; read them as a stream`;
      throw new FileError('FileTooLarge', message, { share, path, size, cause });
    }
  }

  /** A part behind the first one: of the same version, or the file was changed. */
  async #getSameVersion(get: GetRange, first: RangeAnswer, signal: AbortSignal): Promise<Part> {
    const expected = first.properties.etag;
    let part: Part;
    try {
      part = await this.#get(get, signal);
    } catch (error) {
      throw hasCode(error, 'InvalidRange') ? this.#changed({ expected, cause: error }) : error;
    }
    const actual = part.answer.properties.etag;
    if (actual !== expected) throw this.#changed({ expected, actual });
    return part;
  }

  #changed(details: { expected: string; actual?: string; cause?: unknown }): FileError {
    const { share, path } = this.#at;
    const message = `${share}/${path}: the file was changed while it was read`;
    return new FileError('FileChanged', message, { share, path, operation: 'GetFile', ...details });
  }

  async #get(get: GetRange, signal: AbortSignal | undefined): Promise<Part> {
    const { leaseId, snapshot, timeoutMs } = this.#request;
    const wire = getRangeRequest(this.#at, { ...get, leaseId, snapshot });
    const response = await send(this.#context, wire, { signal, timeoutMs });
    const answer = rangeAnswer(get.range, response);
    return { answer, data: dataOf(answer, response) };
  }
}

interface Part {
  readonly answer: RangeAnswer;
  readonly data: Uint8Array;
}

function dataOf({ range }: RangeAnswer, response: HttpResponse): Uint8Array {
  const data = bufferedBytes(response);
  // A plain array, also where the transport gave a Buffer, whose methods differ.
  const plain = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (plain.length === range.end - range.start) return plain;
  throw unexpected(`${data.length} bytes came for bytes ${range.start} to ${range.end}`, response);
}
