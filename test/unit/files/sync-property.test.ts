import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirectoryTransferError, type SyncRequest } from '../../../src/files/index.js';
import { patterned } from '../../support/patterned.js';
import { rangeSize } from './streaming-setting.js';
import {
  fillLocal,
  fillShare,
  localTree,
  modifiedAt,
  setModified,
  setUpTree,
  shareTree,
  type TreeSetting,
} from './tree-setting.js';

/** Paths and contents; a directory has none. */
type Tree = ReadonlyMap<string, string | undefined>;

const name = fc.constantFrom('a', 'B', 'c.txt', 'ü', 'long name');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const content = fc
  .constantFrom(0, 1, 7, rangeSize, rangeSize + 1, 3 * rangeSize)
  .chain((length) => fc.nat(3).map((start) => Buffer.from(patterned(length, start)).toString('latin1')));
const tree: fc.Arbitrary<Tree> = fc
  .array(fc.tuple(path, fc.option(content, { nil: undefined })), { maxLength: 12 })
  .map((entries) => consistent(entries));

/** Leaves out what would be in a file. */
function consistent(entries: readonly (readonly [string, string | undefined])[]): Tree {
  const all = new Map<string, string | undefined>();
  for (const [place, data] of entries) {
    const parents = place
      .split('/')
      .map((_, index, names) => names.slice(0, index).join('/'))
      .slice(1);
    if (parents.some((parent) => all.has(parent) && all.get(parent) !== undefined)) continue;
    if (data !== undefined && [...all.keys()].some((other) => other.startsWith(`${place}/`))) continue;
    if (data === undefined && all.get(place) !== undefined) continue;
    for (const parent of parents) all.set(parent, undefined);
    all.set(place, data);
  }
  return all;
}

let time = Date.UTC(2018, 0, 1);

async function putLocal(top: string, all: Tree): Promise<void> {
  for (const [place, data] of all) {
    await fillLocal(top, { [data === undefined ? `${place}/` : place]: Buffer.from(data ?? '', 'latin1') });
    // No two writes at the same time.
    time += 1000;
    if (data !== undefined) await setModified(join(top, place), time);
  }
}

async function putShare(setting: TreeSetting, all: Tree): Promise<void> {
  for (const [place, data] of all) {
    await fillShare(setting, {
      [data === undefined ? `${place}/` : place]: Buffer.from(data ?? '', 'latin1'),
    });
    time += 1000;
    if (data === undefined) continue;
    await setting.files.setProperties({ path: place, smb: { lastWriteTime: new Date(time) } });
  }
}

/** Somebody makes a side look like this: what was there and is not any more goes, the rest is written anew. */
async function remake(setting: TreeSetting, way: Way, side: 'source' | 'target', all: Tree): Promise<void> {
  const isLocal = (way === 'upload') === (side === 'source');
  const before = isLocal ? await localTree(setting.local) : await shareTree(setting);
  const wanted = new Map([...all].filter(([place, data]) => before[place] !== data || data === undefined));
  for (const place of Object.keys(before).reverse()) {
    const isDirectory = place.endsWith('/');
    const stays = isDirectory
      ? all.has(place.slice(0, -1)) && all.get(place.slice(0, -1)) === undefined
      : all.get(place) !== undefined;
    if (stays) continue;
    if (isLocal) await rm(join(setting.local, place), { recursive: true, force: true });
    else if (isDirectory) await setting.directories.deleteRecursive({ path: place });
    else await setting.files.deleteIfExists({ path: place });
  }
  if (isLocal) await putLocal(setting.local, wanted);
  else await putShare(setting, wanted);
}

type Way = 'upload' | 'download';

function request(setting: TreeSetting, way: Way): SyncRequest {
  return way === 'upload' ? { from: setting.local, to: {} } : { from: {}, to: setting.local };
}

async function both(setting: TreeSetting) {
  return { local: await localTree(setting.local), share: await shareTree(setting) };
}

/** Both sides hold the same, and their files say that they were written at the same time. */
async function expectSame(setting: TreeSetting): Promise<void> {
  const { local, share } = await both(setting);
  expect(share).toEqual(local);
  for (const place of Object.keys(local).filter((each) => !each.endsWith('/'))) {
    const { smb } = await setting.files.getProperties({ path: place });
    const ours = await modifiedAt(join(setting.local, place));
    expect(Math.abs(Date.parse(smb.lastWriteTime ?? '') - ours)).toBeLessThanOrEqual(1);
  }
}

async function expectNothingToDo(setting: TreeSetting, what: SyncRequest): Promise<void> {
  setting.forget();
  const report = await setting.streaming.sync(what);
  expect(report).toMatchObject({
    filesCopied: 0,
    directoriesCreated: 0,
    filesDeleted: 0,
    directoriesDeleted: 0,
    failed: 0,
  });
  expect(setting.requests().filter((each) => !each.startsWith('GET'))).toEqual([]);
  expect(setting.requests().filter((each) => !each.endsWith('comp=list'))).toEqual([]);
}

/** Settings made within a property are given up when the test ends. */
async function fresh(): Promise<TreeSetting> {
  const setting = await setUpTree();
  const local = await mkdtemp(join(setting.local, 'tree-'));
  return { ...setting, local };
}

const someTime = Date.UTC(2017, 5, 6);
const patterns = fc.subarray(['a', 'B', '*.txt', 'a/**', '**/ü', 'a/B', 'long name/', '?'], { maxLength: 2 });

/** What patterns of these kinds mean, said in another way than the library says it. */
function matches(place: string, pattern: string): boolean {
  const names = place.toLowerCase().split('/');
  const wanted = pattern.toLowerCase();
  const prefixes = names.map((_, index) => names.slice(0, index + 1));
  switch (wanted) {
    case 'a/**':
      return names[0] === 'a' && names.length > 1;
    case '**/ü':
      return names.includes('ü');
    case 'a/b':
      return prefixes.some((prefix) => prefix.join('/') === 'a/b');
    case 'long name/':
      // Files are asked about: the last name is none of a directory.
      return names.slice(0, -1).includes('long name');
    case '*.txt':
      return names.some((each) => each.endsWith('.txt'));
    case '?':
      return names.some((each) => each.length === 1);
    default:
      return names.includes(wanted);
  }
}

/** Whether a file does. */
function takesPart(
  place: string,
  { include, exclude }: { include: readonly string[]; exclude: readonly string[] },
): boolean {
  const isIn = include.length === 0 || include.some((pattern) => matches(place, pattern));
  return isIn && !exclude.some((pattern) => matches(place, pattern));
}

type Contents = Readonly<Record<string, string>>;

function filesOf(contents: Contents): string[] {
  return Object.keys(contents).filter((place) => !place.endsWith('/'));
}

/** Whether the source has something of another kind under that name, or where a directory on the way to it would be. */
function isContested(place: string, source: Contents): boolean {
  return `${place}/` in source || filesOf(source).some((file) => place.startsWith(`${file}/`));
}

const options = fc.record({ atomic: fc.boolean(), concurrency: fc.constantFrom(1, 2, 8) });

describe.each(['upload', 'download'] as const)('sync by %s of any trees', (way) => {
  it('makes the target equal to the source, and then has nothing to do', async () => {
    await fc.assert(
      fc.asyncProperty(
        tree,
        tree,
        tree,
        tree,
        options,
        async (source, target, later, other, { atomic, concurrency }) => {
          const setting = await fresh();
          const what = {
            ...request(setting, way),
            ...(way === 'upload' && { atomic }),
            concurrency,
            delete: true,
          };
          await remake(setting, way, 'source', source);
          await remake(setting, way, 'target', target);
          for (const change of [undefined, { source: later, target: other }]) {
            if (change !== undefined) {
              await remake(setting, way, 'source', change.source);
              await remake(setting, way, 'target', change.target);
            }
            const before = await both(setting);
            const planned = await setting.streaming.sync({ ...what, dryRun: true });
            expect(await both(setting)).toEqual(before);
            const done = await setting.streaming.sync(what);
            expect(done).toEqual(planned);
            await expectSame(setting);
            const sourceSide = way === 'upload' ? 'local' : 'share';
            expect((await both(setting))[sourceSide]).toEqual(before[sourceSide]);
            await expectNothingToDo(setting, what);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('without delete leaves what the target alone has as it is', async () => {
    await fc.assert(
      fc.asyncProperty(tree, tree, async (source, extra) => {
        const setting = await fresh();
        // Names of their own, so that nothing is in the way.
        const others = new Map([...extra].map(([place, data]) => [`x-${place}`, data] as const));
        await remake(setting, way, 'source', source);
        await remake(setting, way, 'target', new Map([...others].map(([place, data]) => [place, data])));
        const before = await both(setting);
        const [from, to] = way === 'upload' ? [before.local, before.share] : [before.share, before.local];
        await setting.streaming.sync(request(setting, way));
        const after = await both(setting);
        expect(way === 'upload' ? after.share : after.local).toEqual({ ...to, ...from });
        // Only what is extraneous goes when it is to go.
        setting.forget();
        const report = await setting.streaming.sync({
          ...request(setting, way),
          delete: true,
          onEntry: setting.onEntry,
        });
        expect(setting.told('deleted').sort()).toEqual(
          Object.keys(to)
            .map((each) => each.replace(/\/$/, ''))
            .sort(),
        );
        expect(report.filesCopied).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('tells of what fails, and finishes the rest with the next run', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.integer({ min: 1, max: 5 }), async (source, step) => {
        const setting = await fresh();
        await remake(setting, way, 'source', source);
        const what = { ...request(setting, way), delete: true, onEntry: setting.onEntry };
        let asked = 0;
        setting.refuseSome(
          (sent) => /PUT .*(?:comp=range|comp=rename)|GET [^?]*$/.test(sent) && ++asked % step === 0,
        );
        const first = await setting.streaming.sync(what).catch((error: unknown) => error);
        setting.mend();
        const failed = setting.told('failed');
        if (failed.length > 0) expect(first).toMatchObject({ report: { failed: failed.length } });
        await setting.streaming.sync(what);
        await expectSame(setting);
        await expectNothingToDo(setting, what);
      }),
      { numRuns: 20 },
    );
  });

  it('by content leaves nothing that differs, whatever the times say', async () => {
    await fc.assert(
      fc.asyncProperty(tree, tree, async (source, target) => {
        const setting = await fresh();
        await remake(setting, way, 'source', source);
        await remake(setting, way, 'target', target);
        // From now on every file says that it was written to at the same time.
        for (const [side, all] of [
          ['source', source],
          ['target', target],
        ] as const) {
          const isLocal = (way === 'upload') === (side === 'source');
          for (const [place, data] of all) {
            if (data === undefined) continue;
            if (isLocal) await setModified(join(setting.local, place), someTime);
            else
              await setting.files.setProperties({ path: place, smb: { lastWriteTime: new Date(someTime) } });
          }
        }
        const what = { ...request(setting, way), delete: true, compare: 'md5' } as const;
        await setting.streaming.sync(what);
        const { local, share } = await both(setting);
        expect(share).toEqual(local);
        const again = await setting.streaming.sync(what);
        expect(again).toMatchObject({ filesCopied: 0, filesDeleted: 0, failed: 0 });
      }),
      { numRuns: 20 },
    );
  });

  it('touches nothing that a pattern leaves out, at either side', async () => {
    await fc.assert(
      fc.asyncProperty(tree, tree, patterns, patterns, async (source, target, include, exclude) => {
        const setting = await fresh();
        await remake(setting, way, 'source', source);
        await remake(setting, way, 'target', target);
        const before = await both(setting);
        const sides = way === 'upload' ? (['local', 'share'] as const) : (['share', 'local'] as const);
        const what = { ...request(setting, way), delete: true, include, exclude };
        await setting.streaming.sync(what).catch((error: unknown) => {
          // What takes no part may be in the way of what does.
          if (!(error instanceof DirectoryTransferError)) throw error;
        });
        const after = await both(setting);
        expect(after[sides[0]]).toEqual(before[sides[0]]);
        const [all, was, is] = [before[sides[0]], before[sides[1]], after[sides[1]]];
        const filter = { include, exclude };
        for (const place of filesOf(was)) if (!takesPart(place, filter)) expect(is[place]).toBe(was[place]);
        for (const place of filesOf(is)) {
          const expected = takesPart(place, filter) && !isContested(place, all) ? all : was;
          expect({ place, data: is[place] }).toEqual({ place, data: expected[place] });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('that is interrupted anywhere leaves whole files only, and is finished by the next run', async () => {
    await fc.assert(
      fc.asyncProperty(tree, tree, fc.nat(25), async (source, target, requests) => {
        const setting = await fresh();
        await remake(setting, way, 'source', source);
        await remake(setting, way, 'target', target);
        const before = await both(setting);
        const controller = new AbortController();
        let sent = 0;
        setting.refuseSome(() => {
          sent += 1;
          if (sent > requests) controller.abort(new Error('stopped'));
          return false;
        });
        const what = { ...request(setting, way), delete: true, ...(way === 'upload' && { atomic: true }) };
        await setting.streaming.sync({ ...what, signal: controller.signal }).catch((error: unknown) => {
          expect(error).toBe(controller.signal.reason);
        });
        setting.mend();
        const [from, to] = way === 'upload' ? (['local', 'share'] as const) : (['share', 'local'] as const);
        const after = await both(setting);
        for (const [place, data] of Object.entries(after[to])) {
          expect([before[from][place], before[to][place]]).toContain(data);
        }
        await setting.streaming.sync(what);
        await expectSame(setting);
        await expectNothingToDo(setting, what);
      }),
      { numRuns: 30 },
    );
  });
});
