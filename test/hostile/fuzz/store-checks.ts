import { foldName } from '../../../src/emulator/engine/files/names.js';
import type { EntryRecord, ShareRecord, Store, StoreReader } from '../../../src/emulator/store/store.js';
import { account, otherAccount } from './pools.js';

/** What does not fit together in a store. */
export function storeFaults(store: Store): string[] {
  return store.read((view) => {
    const faults: string[] = [];
    for (const name of [account, otherAccount])
      for (const share of view.shares(name, '')) faults.push(...shareFaults(view, share));
    return faults;
  });
}

function shareFaults(view: StoreReader, { name, volume, deleted }: ShareRecord): string[] {
  // Only a note that the name is still taken.
  if (deleted !== undefined && deleted.retainedUntil === undefined) return [];
  const faults: string[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  const visit = (directoryId: string, depth: number): void => {
    if (depth > 260) throw new RangeError('directories in a circle');
    let before = '';
    for (const entry of view.entries(volume, directoryId, '')) {
      const fault =
        entryFault(entry, directoryId) ?? (entry.key > before || before === '' ? undefined : 'order');
      if (fault !== undefined) faults.push(`${name}: ${fault} of ${JSON.stringify(entry.name)}`);
      if (seen.has(entry.id)) faults.push(`${name}: the id ${entry.id} twice`);
      seen.add(entry.id);
      before = entry.key;
      if (entry.kind === 'directory') visit(entry.id, depth + 1);
      else bytes += entry.size;
    }
  };
  visit(view.root(volume).id, 0);
  const { fileBytes } = view.usage(volume);
  if (fileBytes !== bytes) faults.push(`${name}: ${fileBytes} bytes are told, ${bytes} there`);
  return faults;
}

function entryFault(entry: EntryRecord, directoryId: string): string | undefined {
  if (entry.parentId !== directoryId) return 'parent';
  if (entry.key !== foldName(entry.name)) return 'key';
  if (entry.kind === 'directory') return undefined;
  const last = entry.content.allocated({ start: 0, end: Number.MAX_SAFE_INTEGER }).at(-1)?.end ?? 0;
  return last > Math.ceil(entry.size / 512) * 512 ? 'bytes behind the end' : undefined;
}
