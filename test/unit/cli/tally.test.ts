import { describe, expect, it } from 'vitest';
import { Tally } from '../../../src/cli/copying/tally.js';

function tally(counts: Partial<Tally>): Tally {
  return Object.assign(new Tally(), counts);
}

describe('Tally', () => {
  it('says nothing of what did not happen', () => {
    expect(tally({}).text({ dryRun: false })).toBe('0 files, 0 B copied');
    expect(tally({ files: 1, bytes: 2048 }).text({ dryRun: false })).toBe('1 file, 2 KiB copied');
  });

  it('says everything that did, or would', () => {
    const all = { files: 2, bytes: 3, directories: 1, unchanged: 4, deleted: 5, skipped: 6, failed: 7 };
    expect(tally(all).text({ dryRun: false })).toBe(
      '2 files, 3 B copied; 1 directory; 4 unchanged; 5 deleted; 6 not copied; 7 failed',
    );
    expect(tally(all).text({ dryRun: true })).toBe(
      '2 files, 3 B to copy; 1 directory; 4 unchanged; 5 to delete; 6 not copied; 7 failed',
    );
  });

  it('tells of deletions only where there can be some', () => {
    expect(tally({ files: 1 }).counts({ deletes: false })).not.toHaveProperty('deleted');
    expect(tally({ files: 1 }).counts({ deletes: true })).toMatchObject({ files: 1, deleted: 0 });
  });
});
