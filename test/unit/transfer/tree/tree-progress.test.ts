import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/simulation/manual-clock.js';
import { type DirectoryProgress, TreeProgress } from '../../../../src/transfer/tree/tree-progress.js';

const rangeBytes = 100;

function setUp() {
  const clock = new ManualClock();
  const told: DirectoryProgress[] = [];
  const progress = new TreeProgress((state) => void told.push(state), { clock, rangeBytes });
  const last = () => told.at(-1)!;
  return { clock, told, progress, last };
}

describe('progress of directories', () => {
  it('adds up bytes and files, and counts no byte twice', () => {
    const { progress, last, told } = setUp();
    const a = progress.expect(100);
    const b = progress.expect(50);
    a.loaded(40);
    a.loaded(40);
    b.loaded(50);
    a.loaded(100);
    a.arrived(100);
    b.arrived(50);
    progress.unchanged();
    progress.listed();
    expect(last()).toMatchObject({
      loadedBytes: 150,
      totalBytes: 150,
      loadedFiles: 2,
      totalFiles: 2,
      unchangedFiles: 1,
      isListed: true,
      remainingMs: 0,
    });
    expect(told.map(({ loadedBytes }) => loadedBytes)).toEqual([40, 40, 90, 150, 150, 150, 150, 150]);
  });

  it('never goes back, and takes out what does not come', () => {
    const { progress, last, told } = setUp();
    const a = progress.expect(100);
    const b = progress.expect(30);
    a.loaded(40);
    a.dropped();
    b.arrived(30);
    progress.listed();
    expect(last()).toMatchObject({ loadedBytes: 70, totalBytes: 70, loadedFiles: 1, totalFiles: 1 });
    const loaded = told.map(({ loadedBytes }) => loadedBytes);
    expect(loaded).toEqual([...loaded].sort((x, y) => x - y));
  });

  it('follows a file that is longer or shorter than it was listed', () => {
    const { progress, last } = setUp();
    const longer = progress.expect(10);
    longer.loaded(25);
    longer.arrived(25);
    const shorter = progress.expect(10);
    shorter.arrived(4);
    expect(last()).toMatchObject({ loadedBytes: 29, totalBytes: 29 });
  });

  it('tells the rate of the last seconds, and when it will be done once everything is listed', async () => {
    const { progress, clock, last } = setUp();
    const file = progress.expect(1000);
    for (let loaded = 0; loaded < 500; loaded += 100) {
      await clock.advance(1000);
      file.loaded(loaded + 100);
    }
    expect(last().bytesPerSecond).toBeCloseTo(100);
    expect(last().remainingMs).toBeUndefined();
    progress.listed();
    expect(last().remainingMs).toBeCloseTo(5000);
  });

  it('does not take what an earlier run has moved for speed', async () => {
    const { progress, clock, last } = setUp();
    const file = progress.expect(10_000);
    await clock.advance(1000);
    file.loaded(9_000);
    await clock.advance(1000);
    file.loaded(9_100);
    expect(last().loadedBytes).toBe(9_100);
    expect(last().bytesPerSecond).toBeCloseTo(50);
  });

  it('is quiet where nobody listens', () => {
    const progress = new TreeProgress(undefined, { clock: new ManualClock(), rangeBytes });
    progress.expect(1).arrived(1);
    progress.listed();
  });
});
