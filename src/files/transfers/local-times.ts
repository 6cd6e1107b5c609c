import type { FileSink } from '../../transfer/file-sink.js';
import { isoTime, parseIsoTime, storableMs } from '../../transfer/tree/file-times.js';
import type { FileProperties } from '../types.js';

/** Times of a local file, in milliseconds since 1970. */
export interface LocalTimes {
  readonly modifiedMs: number;
  /** 0 where the platform does not know it. */
  readonly createdMs: number;
}

/** The same as a share stores them. */
export interface StoredTimes {
  readonly lastWriteTime: string;
  readonly creationTime: string | undefined;
}

export function storedTimes({ modifiedMs, createdMs }: LocalTimes): StoredTimes {
  return {
    lastWriteTime: isoTime(storableMs(modifiedMs)),
    creationTime: createdMs > 0 ? isoTime(storableMs(createdMs)) : undefined,
  };
}

/** When a file of a share was written to last, in milliseconds since 1970. */
export function lastWriteMs({ smb, lastModified }: Pick<FileProperties, 'smb' | 'lastModified'>): number {
  const modifiedMs = parseIsoTime(smb.lastWriteTime ?? '');
  return Number.isNaN(modifiedMs) ? lastModified.getTime() : modifiedMs;
}

/** Gives a local file the time of the last write that the file in the share has. */
export async function keepTime(sink: FileSink, properties: FileProperties): Promise<void> {
  await sink.setModified(lastWriteMs(properties));
}
