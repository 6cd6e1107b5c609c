import type { Clock } from '../../../src/core/clock.js';
import type { LockOperations, RecordContent, RequestLimits } from '../../../src/lease/lock-operations.js';
import { type Protocol, realProtocol } from './history.js';

/** The same operations with some of them replaced; methods stay bound to their object. */
function changed(own: LockOperations, changes: Partial<LockOperations>): LockOperations {
  return {
    resource: own.resource,
    readRecord: (limits) => own.readRecord(limits),
    writeRecord: (content, limits) => own.writeRecord(content, limits),
    isLeased: (limits) => own.isLeased(limits),
    acquire: (id, limits) => own.acquire(id, limits),
    holds: (id, limits) => own.holds(id, limits),
    release: (id, limits) => own.release(id, limits),
    breakLease: (limits) => own.breakLease(limits),
    ...changes,
  };
}

const record: RecordContent = { durationSeconds: 15, holder: 'refused', renewed: 0 };

/** A clock that only has the wall's time. */
function wallOnly(own: Clock): Clock {
  return {
    now: () => own.now(),
    monotonic: () => own.now(),
    timer: (ms, fn) => own.timer(ms, fn),
    random: () => own.random(),
    uuid: () => own.uuid(),
  };
}

/** What the protocol must not do, each as a change of it. */
export const mutations: Readonly<Record<string, Protocol>> = {
  'renewing by acquiring again': {
    ...realProtocol,
    operations: (own) => {
      const confirmed = new Set<string>();
      return changed(own, {
        async holds(id, limits) {
          if (confirmed.has(id)) return own.acquire(id, limits);
          confirmed.add(id);
          return own.holds(id, limits);
        },
      });
    },
  },
  'deleting the record on release': {
    ...realProtocol,
    operations: (own, _clock, { deleteRecord }) =>
      changed(own, {
        async release(id, limits) {
          const released = await own.release(id, limits);
          await deleteRecord();
          return released;
        },
      }),
  },
  'a caller that was refused writes the record': {
    ...realProtocol,
    operations: (own) =>
      changed(own, {
        async acquire(id, limits) {
          const got = await own.acquire(id, limits);
          if (!got) await own.writeRecord(record, limits);
          return got;
        },
      }),
  },
  'trusting the wall clock': { ...realProtocol, clock: wallOnly },
  'a write without the lease id': { ...realProtocol, idOfWrite: () => undefined },
  'repeating a break whose answer was lost': {
    ...realProtocol,
    operations: (own) =>
      changed(own, {
        async breakLease(limits) {
          for (let attempt = 1; ; attempt++) {
            try {
              return await own.breakLease(limits);
            } catch (error) {
              if (attempt === 5) throw error;
            }
          }
        },
      }),
  },
  'an acquire without the last look at the file': {
    ...realProtocol,
    operations: (own) => {
      const granted = new Set<string>();
      return changed(own, {
        async acquire(id, limits) {
          const got = await own.acquire(id, limits);
          if (got) granted.add(id);
          return got;
        },
        async holds(id: string, limits: RequestLimits) {
          // The first look after an acquire that was answered is the one that is left out.
          if (granted.delete(id)) return true;
          return own.holds(id, limits);
        },
      });
    },
  },
};
