import { beforeEach, describe, expect, it } from 'vitest';
import { rejection } from '../../support/rejection.js';
import { acquiring } from './acquiring.js';
import { lost, thenAsleep } from './locked-file.js';

let { clock, file, acquire, leased, settled } = acquiring();
beforeEach(() => {
  ({ clock, file, acquire, leased, settled } = acquiring());
});

describe('a record that says without end beside a free file', () => {
  beforeEach(() => file.tell({ durationSeconds: -1 }));

  it('is taken back before a lease that ends is taken', async () => {
    await acquire();
    expect(file.asked).toEqual([
      'look at record',
      'look at file',
      'write record: 15, taking',
      'acquire',
      'write record: 15',
      'holds',
    ]);
  });

  it('is left alone by one that comes to know too late that the file is free', async () => {
    file.next('look at file', thenAsleep(clock, 20_000), lost, lost);
    expect(await rejection(settled(acquire()))).toMatchObject({ code: 'Timeout' });
    expect(file.record).toMatchObject({ durationSeconds: -1 });
    expect(file.ids).toEqual([]);
  });

  it('stays for another lease without end', async () => {
    await acquire({ durationSeconds: -1 });
    expect(file.asked).not.toContain('look at file');
    expect(file.record).toMatchObject({ durationSeconds: -1, holder: 'me' });
  });
});

describe('a lease without end', () => {
  it('replaces a holder that shows no life, too', async () => {
    leased();
    await clock.advance(60_000);
    const grant = await settled(acquire({ durationSeconds: -1 }));
    expect(file.lease).toBe(grant.id);
    expect(file.record).toMatchObject({ durationSeconds: -1 });
    expect(file.asked).toContain('write record: 60, taking, fenced');
  });

  it('is taken without a record where there is none', async () => {
    await acquire({ durationSeconds: -1 });
    expect(file.asked).toEqual(['look at record', 'look at file', 'acquire', 'look at record', 'holds']);
    expect(file.record).toBeUndefined();
  });

  it('tells of itself in a record that came into being while it was taken', async () => {
    file.next('acquire', (carryOut) => {
      file.tell({});
      return carryOut();
    });
    await acquire({ durationSeconds: -1 });
    expect(file.record).toMatchObject({ durationSeconds: -1 });
  });
});
