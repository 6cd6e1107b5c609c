import { describe, expect, it } from 'vitest';
import type { SeenRecord } from '../../../src/lease/lock-operations.js';
import { type Look, untilStaleMs, watchRecord } from '../../../src/lease/staleness.js';
import { timing } from '../../../src/lease/timing.js';

function look(at: { sentAt: number; answeredAt?: number }, record: Partial<SeenRecord> = {}): Look {
  const seen = {
    etag: 'a',
    ageMs: undefined,
    durationSeconds: 15,
    holder: 'somebody',
    renewed: 0,
    isFenced: false,
  };
  return { sentAt: at.sentAt, answeredAt: at.answeredAt ?? at.sentAt, record: { ...seen, ...record } };
}

describe('watching a record', () => {
  it('counts from the first answer that showed it', () => {
    const first = watchRecord(undefined, look({ sentAt: 100, answeredAt: 300 }));
    const second = watchRecord(first, look({ sentAt: 9_000, answeredAt: 9_100 }));
    expect(second).toEqual({ etag: 'a', firstSeenAt: 300 });
  });

  it('begins anew when the record was written', () => {
    const first = watchRecord(undefined, look({ sentAt: 100 }));
    const second = watchRecord(first, look({ sentAt: 9_000, answeredAt: 9_100 }, { etag: 'b' }));
    expect(second).toEqual({ etag: 'b', firstSeenAt: 9_100 });
  });
});

describe('a record', () => {
  const watch = { etag: 'a', firstSeenAt: 1_000 };

  it('counts as that of a dead holder when it stayed for its own duration', () => {
    expect(untilStaleMs(watch, look({ sentAt: 15_999 }))).toBe(1);
    expect(untilStaleMs(watch, look({ sentAt: 16_000 }))).toBe(0);
  });

  it('is watched until the last request was sent, not until its answer came', () => {
    expect(untilStaleMs(watch, look({ sentAt: 15_000, answeredAt: 20_000 }))).toBe(1_000);
  });

  it('is watched as long as it says itself', () => {
    expect(untilStaleMs(watch, look({ sentAt: 1_000 }, { durationSeconds: 60 }))).toBe(60_000);
  });

  it('counts as that of a dead holder at first sight, by its age at the service and a margin', () => {
    const ageMs = 15_000 + timing.ageMarginMs;
    const seen = (age: number) => untilStaleMs(watch, look({ sentAt: 1_000 }, { ageMs: age }));
    expect(seen(ageMs)).toBe(0);
    expect(seen(ageMs - 1)).toBe(1);
  });

  it('goes by whichever comes first', () => {
    expect(untilStaleMs(watch, look({ sentAt: 14_000 }, { ageMs: 13_000 }))).toBe(2_000);
    expect(untilStaleMs(watch, look({ sentAt: 2_000 }, { ageMs: 14_000 + timing.ageMarginMs }))).toBe(1_000);
  });

  it('never counts as that of a dead holder when it speaks of a lease without end', () => {
    const old = look({ sentAt: 1e9 }, { durationSeconds: -1, ageMs: 1e9 });
    expect(untilStaleMs(watch, old)).toBe(Number.POSITIVE_INFINITY);
  });
});
