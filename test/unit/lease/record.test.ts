import { beforeEach, describe, expect, it } from 'vitest';
import { AuthenticationError } from '../../../src/core/errors.js';
import { endEndless, writeRecord, writeRecordIf } from '../../../src/lease/record.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';
import { type Course, LockedFile, lost, unanswered } from './locked-file.js';

const limits = { limitMs: 1_000 };
const content = { durationSeconds: 30, holder: 'me', renewed: 3 };
const always = async () => true;
const check = () => {};

let file: LockedFile;
beforeEach(() => {
  file = new LockedFile(new ManualClock());
  file.tell({});
});

describe('writing the record', () => {
  it('is one request', async () => {
    expect(await writeRecord(file, { content, check }, limits)).toBe('version 2');
    expect(file.asked).toEqual(['write record: 30']);
    expect(file.record).toMatchObject(content);
  });

  it('ends the fence of somebody else, whose own write comes to nothing then', async () => {
    const fence = await file.fence();
    await writeRecord(file, { content, check }, limits);
    expect(file.asked.slice(1)).toEqual(['write record: 30', 'end fence of another', 'write record: 30']);
    expect(await rejection(file.writeRecord({ ...content, holder: 'late' }, limits, fence))).toMatchObject({
      code: 'LeaseNotPresent',
    });
    expect(file.record).toMatchObject(content);
  });

  it('is not tried again when the fence took so long that it is too late', async () => {
    await file.fence();
    let asked = 0;
    const late = new Error('too late');
    const sleepy = () => {
      asked += 1;
      if (asked === 2) throw late;
    };
    expect(await rejection(writeRecord(file, { content, check: sleepy }, limits))).toBe(late);
    expect(file.record?.etag).toBe('version 1');
  });

  it('fails as it fails', async () => {
    const refusal = new AuthenticationError('PermissionDenied', 'no');
    file.next('write record', () => {
      throw refusal;
    });
    expect(await rejection(writeRecord(file, { content, check }, limits))).toBe(refusal);
  });
});

describe('writing the record if it is still as it was', () => {
  const write = (ifStill: () => Promise<boolean>) => writeRecordIf(file, { content, ifStill }, limits);

  it('asks and writes behind a fence, and takes that away', async () => {
    const etag = await write(async () => {
      expect(file.fenced).toBeDefined();
      return true;
    });
    expect(etag).toBe('version 2');
    expect(file.asked).toEqual(['fence', 'write record: 30, fenced', 'end fence']);
    expect(file.fenced).toBeUndefined();
  });

  it('does not write when it is not', async () => {
    expect(await write(async () => false)).toBeUndefined();
    expect(file.asked).toEqual(['fence', 'end fence']);
  });

  it('does not write over what somebody else has written since it asked', async () => {
    const written = await write(async () => {
      await writeRecord(file, { content: { ...content, holder: 'another' }, check }, limits);
      return true;
    });
    expect(written).toBeUndefined();
    expect(file.record).toMatchObject({ holder: 'another' });
  });

  it('ends the fence of one that died at it', async () => {
    await file.fence();
    expect(await write(always)).toBe('version 2');
    expect(file.fenced).toBeUndefined();
  });

  it('gives way to one that fences again and again', async () => {
    await file.fence();
    file.next('end fence', () => true);
    expect(await write(always)).toBeUndefined();
    expect(file.record?.etag).toBe('version 1');
  });

  it('writes nothing where there is no record', async () => {
    file.record = undefined;
    expect(await write(always)).toBeUndefined();
    expect(file.record).toBeUndefined();
  });

  it('leaves nothing behind that could come late when no answer comes', async () => {
    let late: (() => unknown) | undefined;
    const delayed: Course = (carryOut) => {
      late = carryOut;
      return lost(carryOut);
    };
    file.next('write record', delayed);
    expect(await rejection(write(always))).toMatchObject({ code: 'Timeout' });
    expect(() => late?.()).toThrow(expect.objectContaining({ code: 'LeaseNotPresent' }));
    expect(file.record?.etag).toBe('version 1');
  });

  it('does not write when nobody knows whether the fence stands', async () => {
    file.next('fence', unanswered);
    expect(await rejection(write(always))).toMatchObject({ code: 'Timeout' });
    expect(file.asked).toEqual(['fence']);
  });

  it('is done when only the fence cannot be taken away', async () => {
    file.next('end fence', lost);
    expect(await write(always)).toBe('version 2');
  });
});

describe('taking back that a lease is without end', () => {
  const end = (ifStill = always) => endEndless(file, { holder: 'me', ifStill }, undefined);

  it('lets the record say a minute', async () => {
    file.tell({ durationSeconds: -1 });
    await end();
    expect(file.record).toMatchObject({ durationSeconds: 60, holder: 'me' });
    expect(file.record?.taking).toBeUndefined();
  });

  it('leaves alone what ends anyway, and what is not there', async () => {
    await end();
    file.record = undefined;
    await end();
    expect(file.asked).toEqual(['look at record', 'look at record']);
  });

  it('ends a fence behind which a write of the past may still come', async () => {
    const fence = await file.fence();
    await end();
    expect(
      await rejection(file.writeRecord({ ...content, durationSeconds: -1 }, limits, fence)),
    ).toMatchObject({
      code: 'LeaseNotPresent',
    });
    expect(file.record).toMatchObject({ durationSeconds: 60, holder: 'me' });
    expect(file.fenced).toBeUndefined();
  });

  it('leaves the record of another one alone', async () => {
    file.tell({ durationSeconds: -1 });
    await end(async () => false);
    expect(file.record).toMatchObject({ durationSeconds: -1, holder: 'somebody' });
  });

  it('is tried again while nothing is heard', async () => {
    file.tell({ durationSeconds: -1 });
    file.next('look at record', lost).next('write record', lost);
    await end();
    expect(file.record).toMatchObject({ durationSeconds: 60 });
  });

  it('never fails, as it must not keep a lease from ending', async () => {
    file.tell({ durationSeconds: -1 });
    file.next('look at record', lost, lost, lost);
    await end();
    expect(file.asked).toEqual(['look at record', 'look at record', 'look at record']);
  });

  it('is not begun by one that gave up', async () => {
    file.tell({ durationSeconds: -1 });
    await endEndless(file, { holder: 'me', ifStill: always }, AbortSignal.abort());
    expect(file.asked).toEqual([]);
  });
});
