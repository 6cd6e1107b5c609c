import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { patterned } from '../../support/patterned.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { rangeSize } from './streaming-setting.js';
import { fillLocal, fillShare, localTree, setUpTree, shareTree, type TreeSetting } from './tree-setting.js';

const content = patterned(20 * rangeSize);

/** Aborts when so many requests for ranges have been made. */
function abortAfter(s: TreeSetting, ranges: number): AbortSignal {
  const controller = new AbortController();
  let seen = 0;
  s.transport.intercept = (request, next) => {
    const isRange =
      /comp=range/.test(request.target) || (request.method === 'GET' && !request.target.includes('comp='));
    if (isRange && ++seen > ranges) controller.abort(new Error('interrupted'));
    return next();
  };
  return controller.signal;
}

const rangesPut = (s: TreeSetting) => s.requests().filter((request) => request.endsWith('comp=range')).length;
const rangesGot = (s: TreeSetting) => s.requests().filter((request) => /^GET [^ ]*$/.test(request)).length;

describe('a sync that is interrupted', () => {
  it('goes on within a large file where the upload was', async () => {
    const s = await setUpTree();
    const resume = await temporaryDirectory();
    await fillLocal(s.local, { 'd/big': content, 'd/small': 's' });
    const what = { from: s.local, to: {}, resume };
    const signal = abortAfter(s, 12);
    await expect(s.streaming.sync({ ...what, signal })).rejects.toThrow('interrupted');
    s.mend();
    expect(await readdir(resume)).toHaveLength(1);
    s.forget();
    const loaded: number[] = [];
    const onProgress = ({ loadedBytes }: { loadedBytes: number }) => void loaded.push(loadedBytes);
    await s.streaming.sync({ ...what, onProgress });
    expect(rangesPut(s)).toBeLessThan(15);
    expect(await shareTree(s)).toEqual(await localTree(s.local));
    expect(await readdir(resume)).toEqual([]);
    expect(loaded[0]).toBeLessThanOrEqual(loaded.at(-1) ?? 0);
    s.forget();
    expect(await s.streaming.sync(what)).toMatchObject({ filesUnchanged: 2, filesCopied: 0 });
  });

  it('goes on within a large file where the download was', async () => {
    const s = await setUpTree();
    const resume = await temporaryDirectory();
    await fillShare(s, { 'd/big': content, 'd/small': 's' });
    const what = { from: {}, to: s.local, resume, delete: true };
    const signal = abortAfter(s, 12);
    await expect(s.streaming.sync({ ...what, signal })).rejects.toThrow('interrupted');
    s.mend();
    expect(await readdir(resume)).toHaveLength(1);
    expect((await readdir(join(s.local, 'd'))).some((name) => name.endsWith('.tmp'))).toBe(true);
    s.forget();
    // What was being written under a temporary name is nothing that could be deleted.
    await s.streaming.sync(what);
    expect(rangesGot(s)).toBeLessThan(15);
    expect(await localTree(s.local)).toEqual(await shareTree(s));
    expect(await readdir(resume)).toEqual([]);
    s.forget();
    expect(await s.streaming.sync(what)).toMatchObject({ filesUnchanged: 2, filesCopied: 0 });
  });

  it('leaves no temporary file of what it would begin anew', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { big: content, small: 's' });
    const signal = abortAfter(s, 5);
    await expect(s.streaming.sync({ from: s.local, to: {}, atomic: true, signal })).rejects.toThrow(
      'interrupted',
    );
    s.mend();
    expect(Object.keys(await shareTree(s)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});

describe('the files that are moved at a time', () => {
  it.each(['upload', 'download'] as const)('share lanes and memory (%s)', async (way) => {
    const s = await setUpTree();
    const all = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`d${i % 3}/f${i}`, i % 4 === 0 ? content : 'x']),
    );
    await (way === 'upload' ? fillLocal(s.local, all) : fillShare(s, all));
    let under = 0;
    let most = 0;
    s.transport.intercept = async (_request, next) => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      const answer = await next();
      under -= 1;
      return answer;
    };
    const places = way === 'upload' ? { from: s.local, to: {} } : { from: {}, to: s.local };
    await s.streaming.sync({ ...places, concurrency: 5 });
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(3);
    s.mend();
    expect(await localTree(s.local)).toEqual(await shareTree(s));
  });

  it('hold no more memory than they may', async () => {
    const s = await setUpTree();
    const all = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`f${i}`, content]));
    await fillLocal(s.local, all);
    let under = 0;
    let most = 0;
    s.transport.intercept = async (request, next) => {
      if (!request.target.includes('comp=range')) return next();
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      const answer = await next();
      under -= 1;
      return answer;
    };
    await s.streaming.sync({ from: s.local, to: {}, concurrency: 16, memoryBudget: 3 * rangeSize });
    expect(most).toBe(3);
  });

  it('share the bandwidth', async () => {
    // The service checks what day it is.
    const clock = new ManualClock({ now: Date.now() });
    const s = await setUpTree({ clock });
    await fillLocal(s.local, { a: patterned(rangeSize), b: patterned(rangeSize), c: patterned(rangeSize) });
    let isDone = false;
    const syncing = s.streaming
      .sync({ from: s.local, to: {}, bandwidthLimit: 10 * rangeSize })
      .finally(() => {
        isDone = true;
      });
    syncing.catch(() => {});
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(5);
    }
    await syncing;
    // The first goes at once, each of the others a tenth of a second later.
    expect(clock.monotonic()).toBeGreaterThanOrEqual(200);
  });
});
