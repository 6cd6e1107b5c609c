import { type DirectoryEntry, isLeaseRecord } from '../files/index.js';
import type { Flag } from './flags.js';

/** The flag of verbs that list. */
export const includeLeaseRecords = {
  name: 'include-lease-records',
  kind: 'switch',
  about: 'show the records of locks too (.NAME.lease, empty)',
} as const satisfies Flag;

/** A listing without the records that stand beside files that were ever locked. */
export async function* withoutRecords(
  entries: AsyncIterable<DirectoryEntry>,
): AsyncGenerator<DirectoryEntry, void, void> {
  for await (const entry of entries) if (!isLeaseRecord(entry)) yield entry;
}
