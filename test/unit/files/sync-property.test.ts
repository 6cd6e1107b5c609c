import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyncRequest } from '../../../src/files/index.js';
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
});
