import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../../src/emulator/store/memory-store.js';
import {
  type DirectoryRecord,
  deletedEdition,
  type FileRecord,
  type ShareRecord,
  shareKey,
} from '../../../../src/emulator/store/store.js';

const common = {
  metadata: [],
  attributes: 0,
  etag: 1n,
  createdAt: 1n,
  writtenAt: 1n,
  changedAt: 1n,
  accessedAt: 1n,
  permissionKey: '1*2',
} as const;

const root: DirectoryRecord = { kind: 'directory', id: '0', parentId: '0', name: '', key: '', ...common };

function directory(id: string, name: string, parentId = '0'): DirectoryRecord {
  return { kind: 'directory', id, parentId, name, key: name.toUpperCase(), ...common };
}

function file(
  store: MemoryStore,
  named: { id: string; name: string; size?: number; parentId?: string },
): FileRecord {
  const { id, name, size = 0, parentId = '0' } = named;
  const content = store.read((view) => view.emptyContent);
  const place = { id, parentId, name, key: name.toUpperCase() };
  return { kind: 'file', ...place, ...common, size, content, http: {}, lease: undefined, copy: undefined };
}

function share(name: string, volume = 'v1'): ShareRecord {
  return {
    name,
    snapshot: undefined,
    volume,
    epoch: 0,
    etag: 1n,
    metadata: [],
    quotaGiB: 1,
    accessTier: undefined,
    accessTierChangedAt: undefined,
    protocols: undefined,
    rootSquash: undefined,
    policies: [],
    lease: undefined,
    deleted: undefined,
  } as ShareRecord;
}

function names(store: MemoryStore, volume: string, directoryId = '0', from = ''): string[] {
  return store.read((view) => [...view.entries(volume, directoryId, from)].map((entry) => entry.name));
}

describe('MemoryStore', () => {
  it('finds entries by directory and key, and lists them in order', () => {
    const store = new MemoryStore();
    const volume = store.write((writer) => writer.createVolume(root));
    store.write((writer) => {
      writer.putEntry(volume, directory('2', 'b'));
      writer.putEntry(volume, file(store, { id: '3', name: 'a' }));
      writer.putEntry(volume, file(store, { id: '4', name: 'inner', parentId: '2' }));
    });
    expect(names(store, volume)).toEqual(['a', 'b']);
    expect(names(store, volume, '2')).toEqual(['inner']);
    expect(store.read((view) => view.entry(volume, '0', 'A')?.id)).toBe('3');
    expect(store.read((view) => view.entry(volume, '0', 'a'))).toBeUndefined();
  });

  it('takes back everything when a step fails', () => {
    const store = new MemoryStore();
    const volume = store.write((writer) => writer.createVolume(root));
    store.write((writer) => {
      writer.putEntry(volume, file(store, { id: '1', name: 'kept', size: 5 }));
      writer.putShare('account', shareKey('one'), share('one', volume));
    });
    const failing = (): void =>
      store.write((writer) => {
        writer.removeEntry(volume, '0', 'KEPT');
        writer.putEntry(volume, file(store, { id: '2', name: 'new', size: 7 }));
        writer.putRoot(volume, { ...root, etag: 9n });
        writer.removeShare('account', shareKey('one'));
        writer.putShare('account', shareKey('two'), share('two', volume));
        writer.putPermission(volume, '1*2', 'O:SY');
        throw new Error('half way');
      });
    expect(failing).toThrow('half way');
    expect(names(store, volume)).toEqual(['kept']);
    expect(store.read((view) => view.usage(volume).fileBytes)).toBe(5);
    expect(store.read((view) => view.root(volume).etag)).toBe(1n);
    expect(store.read((view) => [...view.shares('account', '')].map(({ name }) => name))).toEqual(['one']);
    expect(store.read((view) => view.permission(volume, '1*2'))).toBeUndefined();
  });

  it('keeps what an earlier step did when a later one fails', () => {
    const store = new MemoryStore();
    const volume = store.write((writer) => writer.createVolume(root));
    store.write((writer) => writer.putEntry(volume, file(store, { id: '1', name: 'a' })));
    expect(() =>
      store.write(() => {
        throw new Error('nothing done');
      }),
    ).toThrow();
    expect(names(store, volume)).toEqual(['a']);
  });

  it('counts the lengths of files, also when they change and go', () => {
    const store = new MemoryStore();
    const volume = store.write((writer) => writer.createVolume(root));
    const used = (): number => store.read((view) => view.usage(volume).fileBytes);
    store.write((writer) => writer.putEntry(volume, file(store, { id: '1', name: 'a', size: 10 })));
    store.write((writer) => writer.putEntry(volume, file(store, { id: '1', name: 'a', size: 4 })));
    expect(used()).toBe(4);
    store.write((writer) => writer.removeEntry(volume, '0', 'A'));
    expect(used()).toBe(0);
  });

  it('shows a snapshot as the tree was, whichever side changes afterwards', () => {
    const store = new MemoryStore();
    const volume = store.write((writer) => writer.createVolume(root));
    store.write((writer) => {
      writer.putEntry(volume, directory('2', 'd'));
      writer.putEntry(volume, file(store, { id: '3', name: 'f', parentId: '2', size: 3 }));
    });
    const snapshot = store.write((writer) => writer.snapshotVolume(volume));
    const second = store.write((writer) => writer.snapshotVolume(volume));
    store.write((writer) => {
      writer.putEntry(volume, file(store, { id: '4', name: 'later', parentId: '2', size: 8 }));
      writer.removeEntry(volume, '2', 'F');
    });
    expect(names(store, snapshot, '2')).toEqual(['f']);
    expect(names(store, second, '2')).toEqual(['f']);
    expect(names(store, volume, '2')).toEqual(['later']);
    expect(store.read((view) => view.usage(snapshot).fileBytes)).toBe(3);
    store.write((writer) => writer.removeVolume(snapshot));
    expect(names(store, second, '2')).toEqual(['f']);
  });

  it('keeps what lies below a directory when the directory is moved by its id', () => {
    const store = new MemoryStore();
    const volume = store.write((writer) => writer.createVolume(root));
    store.write((writer) => {
      writer.putEntry(volume, directory('2', 'old'));
      writer.putEntry(volume, file(store, { id: '3', name: 'f', parentId: '2' }));
      writer.removeEntry(volume, '0', 'OLD');
      writer.putEntry(volume, directory('2', 'new'));
    });
    expect(names(store, volume)).toEqual(['new']);
    expect(names(store, volume, '2')).toEqual(['f']);
  });

  it('orders snapshots before their share and deletions after it', () => {
    const store = new MemoryStore();
    store.write((writer) => {
      writer.putShare('a', shareKey('one'), share('one'));
      writer.putShare('a', shareKey('one', deletedEdition('5')), { ...share('one'), etag: 3n });
      writer.putShare('a', shareKey('one', '2020-01-01T00:00:00.0000000Z'), { ...share('one'), etag: 0n });
      writer.putShare('a', shareKey('one-more'), share('one-more'));
      writer.putShare('b', shareKey('other'), share('other'));
    });
    const listed = store.read((view) => [...view.shares('a', '')].map(({ name, etag }) => `${name} ${etag}`));
    expect(listed).toEqual(['one 0', 'one 1', 'one 3', 'one-more 1']);
  });

  it('says which volume is missing', () => {
    expect(() => new MemoryStore().read((view) => view.root('v9'))).toThrow('there is no volume v9');
  });
});
