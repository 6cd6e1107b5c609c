import { formatTicks, parseTicks } from '../../../core/wire/dates.js';
import {
  type DirectoryRecord,
  type EntryRecord,
  type ShareRecord,
  type StoreReader,
  shareKey,
} from '../../store/store.js';
import { invalidQuery, Refusal } from '../service-errors.js';
import { foldName } from './names.js';

/** Where a new entry goes. */
export interface Place {
  readonly parent: DirectoryRecord;
  /** The last name of the path; empty for the root, which is its own parent here. */
  readonly name: string;
  /** The name folded for comparison. */
  readonly key: string;
  readonly existing: EntryRecord | undefined;
}

/** The time of a snapshot in a query parameter, spelled as it is kept. @throws {Refusal} `InvalidQueryParameterValue`. */
export function readSnapshotTime(parameter: string, text: string): string {
  const ticks = parseTicks(text);
  if (ticks === undefined) throw invalidQuery(parameter, text, 'It must be the time of a share snapshot.');
  return formatTicks(ticks);
}

/** A share that is there, or the snapshot of it. @throws {Refusal} `ShareNotFound`. */
export function findShare(
  store: StoreReader,
  named: { account: string; name: string; snapshot: string | undefined },
): ShareRecord {
  const share = store.share(named.account, shareKey(named.name, named.snapshot));
  if (share === undefined || share.deleted !== undefined) throw new Refusal('ShareNotFound');
  return share;
}

/** The entry at a path; the root for an empty one. @throws {Refusal} `ParentNotFound`, `ResourceNotFound`. */
export function findEntry(store: StoreReader, volume: string, path: readonly string[]): EntryRecord {
  const { existing } = findPlace(store, volume, path);
  if (existing === undefined) throw new Refusal('ResourceNotFound');
  return existing;
}

/** The same, of one kind: a directory is not found where a file is asked for, and the reverse. */
export function ofKind<Kind extends EntryRecord['kind']>(
  entry: EntryRecord,
  kind: Kind,
): Extract<EntryRecord, { kind: Kind }> {
  if (entry.kind !== kind) throw new Refusal('ResourceNotFound');
  return entry as Extract<EntryRecord, { kind: Kind }>;
}

/** The place that a path names. @throws {Refusal} `ParentNotFound` when a name before the last is missing, or is a file. */
export function findPlace(store: StoreReader, volume: string, path: readonly string[]): Place {
  let parent = store.root(volume);
  const last = path.length - 1;
  if (last < 0) return { parent, name: '', key: '', existing: parent };
  for (let depth = 0; depth < last; depth++) {
    const entry = store.entry(volume, parent.id, foldName(path[depth] ?? ''));
    if (entry?.kind !== 'directory') throw new Refusal('ParentNotFound');
    parent = entry;
  }
  const name = path[last] ?? '';
  const key = foldName(name);
  return { parent, name, key, existing: store.entry(volume, parent.id, key) };
}
