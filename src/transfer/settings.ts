import type { Clock } from '../core/clock.js';
import { checkChoice, checkNumber } from '../core/option-checks.js';
import { Pacer } from './pacer.js';
import type { ProgressListener } from './progress.js';

/**
 * - `none`: the bytes are trusted to TCP and TLS.
 * - `md5`: every range is sent and received with its MD5, and the MD5 of the whole file is stored with it and compared.
 */
export type Checksum = 'none' | 'md5';

/** What every transfer may be told. */
export interface TransferOptions {
  /**
   * Bytes of one request, 512 to 4,194,304 (4 MiB).
   * @defaultValue the client's `rangeSize`; 3 MiB at the most where each range must be held whole, as of a stream that is
   * uploaded, unless `memoryBudget` is given
   */
  rangeSize?: number | undefined;
  /** How many ranges are under way at a time, 1 to 256, as far as `memoryBudget` allows. @defaultValue the client's `concurrency` */
  concurrency?: number | undefined;
  /**
   * How many bytes are held in memory, at most: 1 to 4,294,967,296 (4 GiB). The default has five ranges in flight where each
   * must be held whole. A range is never larger than this. @defaultValue 15,728,640 (15 MiB)
   */
  memoryBudget?: number | undefined;
  /**
   * Bytes per second, at least 1,024, on average; ranges are made smaller so that none is more than a second's worth. Requests
   * that are sent again do not count. @defaultValue no limit
   */
  bandwidthLimit?: number | undefined;
  /** @defaultValue `none` */
  checksum?: Checksum | undefined;
  onProgress?: ProgressListener | undefined;
}

/** The defaults that belong to no client. */
export const defaultTransferOptions = Object.freeze({
  memoryBudget: 15 * 1024 * 1024,
  checksum: 'none',
} as const satisfies TransferOptions);

/** Of ranges that must be held whole: three of 4 MiB would leave a long line idle for most of the time. */
const heldRangeBytes = defaultTransferOptions.memoryBudget / 5;

export const transferLimits = Object.freeze({
  rangeSize: { least: 512, most: 4 * 1024 * 1024, integer: true },
  concurrency: { least: 1, most: 256, integer: true },
  memoryBudget: { least: 1, most: 4 * 1024 ** 3, integer: true },
  bandwidthLimit: { least: 1024, most: Number.MAX_SAFE_INTEGER, integer: true },
} as const);

/** What the client says where the transfer does not. */
export interface TransferDefaults {
  readonly rangeSize: number;
  readonly concurrency: number;
  readonly clock: Clock;
}

/** Options that are complete and checked. */
export interface TransferSettings {
  readonly rangeBytes: number;
  /** The same where each range must be held whole until it is acknowledged. */
  readonly heldRangeBytes: number;
  readonly concurrency: number;
  readonly memoryBudget: number;
  readonly verify: boolean;
  readonly pacer: Pacer | undefined;
  readonly clock: Clock;
  readonly onProgress: ProgressListener | undefined;
}

/** @throws {ConfigurationError} `InvalidOption` */
export function resolveTransfer(options: TransferOptions, defaults: TransferDefaults): TransferSettings {
  const { memoryBudget = defaultTransferOptions.memoryBudget, bandwidthLimit, onProgress } = options;
  const { rangeSize = defaults.rangeSize, concurrency = defaults.concurrency } = options;
  const { checksum = defaultTransferOptions.checksum } = options;
  checkNumber(rangeSize, 'rangeSize', transferLimits.rangeSize);
  checkNumber(concurrency, 'concurrency', transferLimits.concurrency);
  checkNumber(memoryBudget, 'memoryBudget', transferLimits.memoryBudget);
  if (bandwidthLimit !== undefined)
    checkNumber(bandwidthLimit, 'bandwidthLimit', transferLimits.bandwidthLimit);
  const rangeBytes = Math.min(rangeSize, memoryBudget, bandwidthLimit ?? rangeSize);
  const isTold = options.rangeSize !== undefined || options.memoryBudget !== undefined;
  return {
    rangeBytes,
    heldRangeBytes: isTold ? rangeBytes : Math.min(rangeBytes, heldRangeBytes),
    concurrency,
    memoryBudget,
    verify: checkChoice(checksum, 'checksum', ['none', 'md5']) === 'md5',
    pacer: bandwidthLimit === undefined ? undefined : new Pacer(bandwidthLimit, defaults.clock),
    clock: defaults.clock,
    onProgress,
  };
}

/** How many ranges may be under way when each holds so many bytes. */
export function lanesFor(
  { concurrency, memoryBudget }: Pick<TransferSettings, 'concurrency' | 'memoryBudget'>,
  heldEach: number,
): number {
  if (heldEach === 0) return concurrency;
  return Math.max(1, Math.min(concurrency, Math.floor(memoryBudget / heldEach)));
}
