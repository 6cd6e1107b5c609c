import { beforeEach, describe, expect, it } from 'vitest';
import { timing } from '../../../src/lease/timing.js';
import { rejection } from '../../support/rejection.js';
import { acquiring } from './acquiring.js';
import { slow, thenAsleep, unanswered } from './locked-file.js';

let { clock, file, acquire, leased, settled } = acquiring();
beforeEach(() => {
  ({ clock, file, acquire, leased, settled } = acquiring());
});

const takeover = [
  'fence',
  'look at record',
  'write record: 15, taking, fenced',
  'end fence',
  // Six seconds later.
  'look at record',
  'acquire',
  'look at record',
  'break',
  'acquire',
  'write record: 15',
  'holds',
];

describe('a holder that shows no life', () => {
  it('is replaced when its record was watched for its duration', async () => {
    leased();
    const grant = await settled(acquire({ waitMs: 60_000 }));
    expect(file.lease).toBe(grant.id);
    expect(file.asked.slice(-takeover.length)).toEqual(takeover);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(15_000 + timing.takeoverMs);
    expect(clock.monotonic()).toBeLessThan(25_000);
  });

  it('is replaced by one that does not wait when its record is too old', async () => {
    leased();
    await clock.advance(15_000 + timing.ageMarginMs);
    const grant = await settled(acquire());
    expect(file.asked).toEqual(['look at record', 'acquire', ...takeover]);
    expect(file.lease).toBe(grant.id);
  });

  it('is not replaced as long as it writes its record', async () => {
    leased();
    const waiting = rejection(acquire({ waitMs: 90_000 }));
    for (let round = 0; round < 20; round++) {
      await clock.advance(5_000);
      file.tell({ renewed: round });
    }
    expect(await waiting).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(file.asked).not.toContain('break');
  });

  it('is spared when it shows life after all', async () => {
    leased();
    await clock.advance(60_000);
    const waiting = rejection(acquire());
    await clock.advance(3_000);
    file.tell({ renewed: 7 });
    expect(await settled(waiting)).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(file.asked).not.toContain('break');
  });

  it('is spared when it told of itself right before its record was marked', async () => {
    leased();
    await clock.advance(60_000);
    file.next('fence', (carryOut) => {
      const fence = carryOut();
      file.tell({ holder: 'a new one' });
      return fence;
    });
    expect(await rejection(acquire())).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(file.record).toMatchObject({ holder: 'a new one' });
  });

  it('is left to whoever marked its record last', async () => {
    leased();
    await clock.advance(60_000);
    const waiting = rejection(acquire());
    await clock.advance(2_000);
    file.tell({ holder: 'another waiter', taking: true });
    expect(await settled(waiting)).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(file.record).toMatchObject({ holder: 'another waiter' });
  });

  it('is spared when somebody is about to write its record', async () => {
    leased();
    await clock.advance(60_000);
    const waiting = rejection(acquire());
    await clock.advance(3_000);
    await file.fence();
    expect(await settled(waiting)).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(file.asked).not.toContain('break');
  });

  it('is replaced when one that died at writing its record has left a fence', async () => {
    leased();
    await clock.advance(60_000);
    await file.fence();
    const grant = await settled(acquire());
    expect(file.lease).toBe(grant.id);
  });

  it('is not broken when it gave its lease back at the last moment', async () => {
    leased();
    await clock.advance(60_000);
    const waiting = acquire();
    await clock.advance(3_000);
    file.lease = undefined;
    await settled(waiting);
    expect(file.asked).not.toContain('break');
  });
});

describe('a break', () => {
  const replace = async () => {
    leased();
    await clock.advance(60_000);
    return acquire({ waitMs: 60_000 });
  };

  it('is never repeated, as it could hit whoever came next', async () => {
    file.next('break', unanswered);
    await settled(replace());
    expect(file.asked.filter((each) => each === 'break')).toHaveLength(1);
  });

  it('is not sent when the decision took too long', async () => {
    // The second look before the break.
    file.next(
      'look at record',
      (own) => own(),
      (own) => own(),
      (own) => own(),
      slow(clock, 4_000),
    );
    const waiting = replace();
    await settled(waiting);
    const first = file.asked.indexOf('break');
    const marks = file.asked.slice(0, first).filter((each) => each.includes('taking'));
    expect(marks.length).toBeGreaterThan(1);
  });

  it('is not sent by a machine that slept after it had looked', async () => {
    file.next(
      'look at record',
      (own) => own(),
      (own) => own(),
      (own) => own(),
      (own) => {
        // Meanwhile the holder is replaced by another one.
        file.lease = 'a new one';
        return thenAsleep(clock, 40_000)(own);
      },
    );
    leased();
    await clock.advance(60_000);
    expect(await rejection(settled(acquire()))).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(file.asked).not.toContain('break');
    expect(file.lease).toBe('a new one');
  });
});

describe('one that takes a file while somebody may be about to break its last lease', () => {
  it('holds its breath where a record tells of a takeover', async () => {
    file.tell({ taking: true });
    await settled(acquire());
    expect(clock.monotonic()).toBeGreaterThanOrEqual(timing.settleMs);
    expect(file.asked.filter((each) => each === 'write record: 15')).toHaveLength(2);
  });

  it('does not do so where that is long ago', async () => {
    file.tell({ taking: true });
    await clock.advance(timing.takeoverEndMs);
    await acquire();
    expect(file.asked).toEqual(['look at record', 'acquire', 'write record: 15', 'holds']);
  });
});
