import type { Flag, Flags } from '../flags.js';

/** What a copy may use, over all files together. */
export interface CopyLimits {
  /** Ranges or small files under way at a time. */
  readonly concurrency: number;
  /** Bytes held in memory. */
  readonly memoryBudget: number;
  /** Bytes per second. */
  readonly bandwidthLimit?: number | undefined;
}

/** What one file takes of it. */
export interface Portion {
  readonly lanes: number;
  readonly bytes: number;
}

/** Bytes of one range. */
export const rangeBytes = 4 * 1024 * 1024;
/** A file may have grown since it was listed: it gets as much as this in any case. */
const leastBytes = 64 * 1024;
const defaults = { concurrency: 16, memoryBudget: 32 * 1024 * 1024 } as const;

/** The flags of verbs that move files. */
export const limitFlags: readonly Flag[] = [
  {
    name: 'concurrency',
    kind: 'integer',
    placeholder: 'count',
    min: 1,
    max: 256,
    about: `ranges of 4 MiB, or smaller files, under way at a time (default ${defaults.concurrency})`,
  },
  {
    name: 'memory-budget',
    kind: 'size',
    placeholder: 'size',
    min: leastBytes,
    max: 4 * 1024 ** 3,
    about: 'memory for what is under way, such as 64MiB (default 32MiB)',
  },
  {
    name: 'bandwidth-limit',
    kind: 'size',
    placeholder: 'size',
    min: 1024,
    about: 'bytes per second, on average, such as 10MB (default: no limit)',
  },
];

/** What the flags say, and what is usual for the rest. */
export function limitsOf(flags: Flags): CopyLimits {
  return { ...defaults, ...givenLimits(flags) };
}

/** What the flags say. */
export function givenLimits(flags: Flags): Partial<CopyLimits> {
  const concurrency = flags.integer('concurrency');
  const memoryBudget = flags.bytes('memory-budget');
  const bandwidthLimit = flags.bytes('bandwidth-limit');
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(memoryBudget !== undefined && { memoryBudget }),
    ...(bandwidthLimit !== undefined && { bandwidthLimit }),
  };
}

/** What a file of this size takes of the limits; one that is alone takes all. */
export function portionOf(size: number | undefined, limits: CopyLimits): Portion {
  const { concurrency: lanes, memoryBudget: bytes, bandwidthLimit } = limits;
  // A limit is kept by each file for itself.
  if (size === undefined || bandwidthLimit !== undefined) return { lanes, bytes };
  const held = Math.min(rangeBytes, bytes, Math.max(size, leastBytes));
  const most = Math.min(lanes, Math.floor(bytes / held), Math.ceil(size / rangeBytes));
  return { lanes: Math.max(1, most), bytes: Math.max(1, most) * held };
}
