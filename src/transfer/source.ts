import type { RepeatableBody } from '../core/http/message.js';
import type { ByteRange } from '../core/wire/byte-range.js';
import type { BufferPool } from './buffer-pool.js';

/** Where the bytes of an upload come from. Knows nothing of where they go. */
export interface Source {
  /** Length in bytes; `undefined` while only the end of the source will tell. */
  readonly size: number | undefined;
  /** Whether the bytes are in memory already, so that a slice of them takes none. */
  readonly inMemory: boolean;
  /**
   * The bytes of one range. Nobody changes them for as long as they may have to be sent again. Ranges are asked for in
   * ascending order, without gaps, and perhaps before the last one was answered. Of a source of unknown length the slice is
   * shorter than the range where the source ends, and empty behind its end.
   *
   * @param buffer - Memory that may be used for them, at least as long as the range. @defaultValue memory of their own
   */
  slice(range: ByteRange, buffer?: Uint8Array): Promise<Uint8Array>;
  /**
   * The same as something that is read while it is sent, where the source can read any part of itself again. Nothing of the
   * range is then held but a buffer of the pool.
   */
  pieces?(range: ByteRange, pool: BufferPool): RepeatableBody;
  /**
   * Called when all was read.
   * @throws {TransferError} when what was read is not the whole, or not one state of the source.
   */
  verify(): Promise<void>;
  /** Lets go of the source; what is still being read is given up. Never fails. */
  close(reason?: unknown): Promise<void>;
}
