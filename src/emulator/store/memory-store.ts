import { Extents } from './extents.js';
import { OrderedMap } from './ordered-map.js';
import type {
  Content,
  DirectoryRecord,
  EntryRecord,
  ServiceRecord,
  ShareRecord,
  Store,
  StoreReader,
  StoreWriter,
  VolumeUsage,
} from './store.js';

type Children = OrderedMap<EntryRecord>;

/** One tree. What it shares with a snapshot is cloned at the first change. */
interface Volume {
  root: DirectoryRecord;
  directories: Map<string, Children>;
  permissions: Map<string, string>;
  itemsMade: number;
  fileBytes: number;
  /** Children that belong to this tree alone; `undefined` = all of them do. */
  own: Set<string> | undefined;
}

/** Keeps everything in memory, for as long as the process lives. */
export class MemoryStore implements Store {
  readonly #state = new MemoryState();

  read<Result>(work: (view: StoreReader) => Result): Result {
    return work(this.#state);
  }

  write<Result>(work: (transaction: StoreWriter) => Result): Result {
    try {
      return work(this.#state);
    } catch (error) {
      this.#state.undo();
      throw error;
    } finally {
      this.#state.settle();
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class MemoryState implements StoreWriter {
  readonly emptyContent: Content = Extents.empty;
  readonly #services = new Map<string, ServiceRecord>();
  readonly #shares = new Map<string, OrderedMap<ShareRecord>>();
  readonly #volumes = new Map<string, Volume>();
  #volumesMade = 0;
  /** How to take back the changes of the running step, latest last. */
  #undoing: (() => void)[] = [];

  undo(): void {
    for (const step of this.#undoing.reverse()) step();
  }

  settle(): void {
    if (this.#undoing.length > 0) this.#undoing = [];
  }

  service(account: string): ServiceRecord | undefined {
    return this.#services.get(account);
  }

  putService(account: string, record: ServiceRecord): void {
    this.#setIn(this.#services, account, record);
  }

  share(account: string, key: string): ShareRecord | undefined {
    return this.#shares.get(account)?.get(key);
  }

  shares(account: string, from: string): Iterable<ShareRecord> {
    return this.#shares.get(account)?.from(from) ?? [];
  }

  putShare(account: string, key: string, record: ShareRecord): void {
    let shares = this.#shares.get(account);
    if (shares === undefined) {
      shares = new OrderedMap();
      this.#shares.set(account, shares);
    }
    this.#setIn(shares, key, record);
  }

  removeShare(account: string, key: string): void {
    const shares = this.#shares.get(account);
    if (shares !== undefined) this.#deleteIn(shares, key);
  }

  root(volume: string): DirectoryRecord {
    return this.#volume(volume).root;
  }

  putRoot(volume: string, root: DirectoryRecord): void {
    const tree = this.#volume(volume);
    const before = tree.root;
    this.#undoing.push(() => {
      tree.root = before;
    });
    tree.root = root;
  }

  entry(volume: string, directoryId: string, key: string): EntryRecord | undefined {
    return this.#volume(volume).directories.get(directoryId)?.get(key);
  }

  entries(volume: string, directoryId: string, from: string): Iterable<EntryRecord> {
    return this.#volume(volume).directories.get(directoryId)?.from(from) ?? [];
  }

  isEmpty(volume: string, directoryId: string): boolean {
    return (this.#volume(volume).directories.get(directoryId)?.size ?? 0) === 0;
  }

  usage(volume: string): VolumeUsage {
    return { fileBytes: this.#volume(volume).fileBytes };
  }

  permission(volume: string, permissionKey: string): string | undefined {
    return this.#volume(volume).permissions.get(permissionKey);
  }

  putPermission(volume: string, permissionKey: string, descriptor: string): void {
    const tree = this.#volume(volume);
    if (!tree.permissions.has(permissionKey)) this.#setIn(tree.permissions, permissionKey, descriptor);
  }

  putEntry(volume: string, entry: EntryRecord): void {
    const tree = this.#volume(volume);
    const children = this.#ownChildren(tree, entry.parentId);
    this.#count(tree, sizeOf(entry) - sizeOf(children.get(entry.key)));
    this.#setIn(children, entry.key, entry);
  }

  removeEntry(volume: string, directoryId: string, key: string): void {
    const tree = this.#volume(volume);
    const children = this.#ownChildren(tree, directoryId);
    const entry = children.get(key);
    this.#count(tree, -sizeOf(entry));
    this.#deleteIn(children, key);
    if (entry?.kind === 'directory' && this.isEmpty(volume, entry.id)) tree.directories.delete(entry.id);
  }

  nextNumber(volume: string): number {
    // A number that is not used after all is no loss: it is not taken back.
    return ++this.#volume(volume).itemsMade;
  }

  createVolume(root: DirectoryRecord): string {
    return this.#addVolume({
      root,
      directories: new Map(),
      permissions: new Map(),
      itemsMade: 0,
      fileBytes: 0,
      own: undefined,
    });
  }

  snapshotVolume(volume: string): string {
    const tree = this.#volume(volume);
    // From here on neither of the two owns what they share; a copy of the map itself is made by each for itself.
    tree.own = new Set();
    return this.#addVolume({
      ...tree,
      directories: new Map(tree.directories),
      permissions: new Map(tree.permissions),
      own: new Set(),
    });
  }

  removeVolume(volume: string): void {
    this.#deleteIn(this.#volumes, volume);
  }

  #addVolume(volume: Volume): string {
    const name = `v${++this.#volumesMade}`;
    this.#setIn(this.#volumes, name, volume);
    return name;
  }

  #volume(name: string): Volume {
    const volume = this.#volumes.get(name);
    if (volume === undefined) throw new RangeError(`there is no volume ${name}`);
    return volume;
  }

  #ownChildren(volume: Volume, directoryId: string): Children {
    let children = volume.directories.get(directoryId);
    if (children === undefined) {
      children = new OrderedMap();
      volume.directories.set(directoryId, children);
      volume.own?.add(directoryId);
    } else if (volume.own !== undefined && !volume.own.has(directoryId)) {
      children = children.clone();
      volume.directories.set(directoryId, children);
      volume.own.add(directoryId);
    }
    return children;
  }

  #count(volume: Volume, bytes: number): void {
    if (bytes === 0) return;
    volume.fileBytes += bytes;
    this.#undoing.push(() => {
      volume.fileBytes -= bytes;
    });
  }

  #setIn<Value>(map: MapLike<Value>, key: string, value: Value): void {
    const before = map.get(key);
    this.#undoing.push(before === undefined ? () => map.delete(key) : () => map.set(key, before));
    map.set(key, value);
  }

  #deleteIn<Value>(map: MapLike<Value>, key: string): void {
    const before = map.get(key);
    if (before === undefined) return;
    this.#undoing.push(() => map.set(key, before));
    map.delete(key);
  }
}

interface MapLike<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): unknown;
  delete(key: string): boolean;
}

function sizeOf(entry: EntryRecord | undefined): number {
  return entry?.kind === 'file' ? entry.size : 0;
}
