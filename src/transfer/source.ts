import type { ByteRange } from '../core/wire/byte-range.js';

/** Where the bytes of an upload come from. Knows nothing of where they go. */
export interface Source {
  /** Length in bytes. */
  readonly size: number;
  /**
   * The bytes of one range, in memory of their own: the caller keeps them for as long as they may have to be sent again.
   * Ranges are asked for in ascending order, without gaps, and perhaps before the last one was answered.
   */
  slice(range: ByteRange): Promise<Uint8Array>;
  /**
   * Called when all was read.
   * @throws {TransferError} when what was read is not the whole, or not one state of the source.
   */
  verify(): Promise<void>;
  /** Lets go of the source; what is still being read is given up. Never fails. */
  close(reason?: unknown): Promise<void>;
}
