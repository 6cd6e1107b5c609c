import { beforeEach, describe, expect, it } from 'vitest';
import { LockUpkeep } from '../../../src/lease/lock-upkeep.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';
import { LockedFile, lost } from './locked-file.js';

const limits = { limitMs: 1_000 };

let file: LockedFile;
beforeEach(() => {
  file = new LockedFile(new ManualClock());
  file.tell({});
  file.lease = 'mine';
});

function upkeep(durationSeconds = 30): LockUpkeep {
  return new LockUpkeep(file, { durationSeconds, holder: 'me' });
}

describe('a renewal of a lease on a file', () => {
  it('looks whether the lease is there, then tells the others', async () => {
    expect(await upkeep().confirm('mine', limits, () => {})).toBe(true);
    expect(file.asked).toEqual(['holds', 'write record: 30']);
    expect(file.record).toMatchObject({ durationSeconds: 30, holder: 'me', renewed: 1 });
  });

  it('counts', async () => {
    const own = upkeep();
    for (let round = 0; round < 3; round++) await own.confirm('mine', limits, () => {});
    expect(file.record).toMatchObject({ renewed: 3 });
  });

  it('is dated between the two requests', async () => {
    let before: string[] = [];
    await upkeep().confirm('mine', limits, () => {
      before = [...file.asked];
    });
    expect(before).toEqual(['holds']);
  });

  it('does not tell of life when the lease is lost', async () => {
    file.lease = 'another';
    expect(await upkeep().confirm('mine', limits, () => {})).toBe(false);
    expect(file.asked).toEqual(['holds']);
  });

  it('never takes the lease of a file that was freed', async () => {
    file.lease = undefined;
    expect(await upkeep().confirm('mine', limits, () => {})).toBe(false);
    expect(file.lease).toBeUndefined();
  });

  it('does not tell of life when its time is over', async () => {
    const over = new Error('over');
    const confirmed = upkeep().confirm('mine', limits, () => {
      throw over;
    });
    expect(await rejection(confirmed)).toBe(over);
    expect(file.asked).toEqual(['holds']);
  });

  it('fails when others could not be told', async () => {
    file.next('write record', lost);
    expect(await rejection(upkeep().confirm('mine', limits, () => {}))).toMatchObject({ code: 'Timeout' });
  });

  it('of a lease without end looks only', async () => {
    expect(await upkeep(-1).confirm('mine', limits, () => {})).toBe(true);
    expect(file.asked).toEqual(['holds']);
  });
});

describe('a release of a lease on a file', () => {
  it('is one request, and leaves the record', async () => {
    expect(await upkeep().release('mine', limits)).toBe(true);
    expect(file.asked).toEqual(['release']);
    expect(file.record).toBeDefined();
  });

  it('tells when the lease was gone', async () => {
    file.lease = 'another';
    expect(await upkeep().release('mine', limits)).toBe(false);
    expect(file.lease).toBe('another');
  });

  it('takes back first that the lease is without end', async () => {
    file.tell({ durationSeconds: -1 });
    file.next('release', (carryOut) => {
      expect(file.record).toMatchObject({ durationSeconds: 60 });
      return carryOut();
    });
    expect(await upkeep(-1).release('mine', limits)).toBe(true);
    expect(file.lease).toBeUndefined();
  });

  it('leaves the record of another lease without end alone', async () => {
    file.tell({ durationSeconds: -1 });
    file.lease = 'another';
    expect(await upkeep(-1).release('mine', limits)).toBe(false);
    expect(file.record).toMatchObject({ durationSeconds: -1 });
  });

  it('gives the file back although the record could not be written', async () => {
    file.tell({ durationSeconds: -1 });
    file.next('look at record', lost, lost, lost);
    expect(await upkeep(-1).release('mine', limits)).toBe(true);
    expect(file.lease).toBeUndefined();
  });

  it('of a lease without end and without a record asks for it only', async () => {
    file.record = undefined;
    await upkeep(-1).release('mine', limits);
    expect(file.asked).toEqual(['look at record', 'release']);
  });
});
