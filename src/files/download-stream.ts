import { createHash } from 'node:crypto';
import { chunkPlan } from '../transfer/chunk-plan.js';
import { DownloadWindow } from '../transfer/download-window.js';
import { FirstAnswer } from '../transfer/first-answer.js';
import { pieceStream } from '../transfer/piece-stream.js';
import { ProgressCounter } from '../transfer/progress.js';
import { readRange, type TakeBytes } from '../transfer/resuming-read.js';
import { lanesFor, type TransferSettings } from '../transfer/settings.js';
import type { FilesContext } from './context.js';
import { storedOtherwise } from './download.js';
import { maxFileBytes } from './request-checks.js';
import type { DownloadStreamRequest } from './streaming-service.js';
import type { ByteRange, FileProperties } from './types.js';
import { VersionedFile } from './versioned-file.js';

/** How a stream is brought: by one request whose body is handed on, or by ranges side by side. */
export type StreamWay = 'one request' | 'ranges';

/** What may wait for the consumer of one request: enough that reading is not stopped and begun again for each piece. */
const aheadBytes = 256 * 1024;

/** Opens a stream; the first answer is here when it returns. */
export async function openStream(
  context: FilesContext,
  request: DownloadStreamRequest,
  { settings, way }: { settings: TransferSettings; way: StreamWay },
): Promise<ReadableStream<Uint8Array>> {
  const { signal, range: asked } = request;
  const { start, end = maxFileBytes } = asked ?? { start: 0 };
  const file = new VersionedFile(context, request, settings);
  const firstEnd = way === 'ranges' ? Math.min(start + settings.rangeBytes, end) : end;
  const { properties, opened } = await file.first({ start, end: firstEnd }, signal);
  const range = { start, end: Math.min(properties.size, end) };
  const first = new FirstAnswer(opened);
  const source = new StreamedFile({ file, properties, range, settings }, first);
  return pieceStream(
    { read: (take, ended) => source.read(way, take, ended), abandon: () => first.discard() },
    { aheadBytes: way === 'ranges' ? 0 : aheadBytes, signal },
  );
}

interface Wanted {
  readonly file: VersionedFile;
  readonly properties: FileProperties;
  readonly range: ByteRange;
  readonly settings: TransferSettings;
}

function copyOf(piece: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(piece.length);
  copy.set(piece);
  return copy;
}

/** A part of one version of a file, in order. */
class StreamedFile {
  readonly #wanted: Wanted;
  readonly #first: FirstAnswer;

  constructor(wanted: Wanted, first: FirstAnswer) {
    this.#wanted = wanted;
    this.#first = first;
  }

  async read(way: StreamWay, take: TakeBytes, signal: AbortSignal): Promise<void> {
    const { file, range, settings } = this.#wanted;
    const { clock, onProgress, rangeBytes } = settings;
    const length = range.end - range.start;
    const progress = new ProgressCounter(length, onProgress, { clock });
    if (length <= 0) return progress.add(0);
    const hash = this.#hash();
    // What a consumer gets is the consumer's; a body only lends its pieces.
    const own = way === 'ranges' ? (piece: Uint8Array) => piece : copyOf;
    const give: TakeBytes = (piece, position) => {
      hash?.update(piece);
      const taken = take(own(piece), position);
      progress.add(piece.length);
      return taken;
    };
    if (way === 'ranges') await this.#readRanges(give, signal);
    else await readRange(range, file.unhurried, { take: give, signal, opened: this.#first.take() });
    // What came in one answer of the usual size is of one version, or the service lies.
    if (length > rangeBytes) await file.verify(signal);
    this.#compare(hash?.digest('base64'));
  }

  async #readRanges(take: TakeBytes, signal: AbortSignal): Promise<void> {
    const { range, settings } = this.#wanted;
    const { rangeBytes } = settings;
    const plan = chunkPlan(range.start, range.end, rangeBytes);
    const window = new DownloadWindow(plan, lanesFor(settings, rangeBytes), (part, ended) =>
      this.#fetch(part, ended),
    );
    const onAbort = () => window.close(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    let position = range.start;
    for (let bytes = await window.next(); bytes !== undefined; bytes = await window.next()) {
      await take(bytes, position);
      position += bytes.length;
    }
  }

  async #fetch(range: ByteRange, signal: AbortSignal): Promise<Uint8Array> {
    const { file, settings } = this.#wanted;
    const length = range.end - range.start;
    const opened = this.#first.take();
    if (opened === undefined) await settings.pacer?.take(length, signal);
    else settings.pacer?.charge(length);
    const bytes = Buffer.allocUnsafeSlow(length);
    const take: TakeBytes = (piece, position) => bytes.set(piece, position - range.start);
    await readRange(range, file.reading, { take, signal, opened });
    return bytes;
  }

  /** Where all of the file is read, and something is stored to compare it with. */
  #hash(): ReturnType<typeof createHash> | undefined {
    const { settings, properties, range } = this.#wanted;
    const whole = range.start === 0 && range.end === properties.size;
    const compared = settings.verify && whole && properties.contentMd5 !== undefined;
    return compared ? createHash('md5') : undefined;
  }

  #compare(actual: string | undefined): void {
    const { contentMd5 } = this.#wanted.properties;
    if (actual === undefined || contentMd5 === undefined || actual === contentMd5) return;
    throw storedOtherwise(actual, contentMd5);
  }
}
