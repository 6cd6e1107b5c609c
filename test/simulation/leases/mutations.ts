import type { Clock } from '../../../src/core/clock.js';
import {
  infinite,
  type LockOperations,
  type RecordContent,
  type RequestLimits,
} from '../../../src/lease/lock-operations.js';
import { type Protocol, realProtocol } from './protocol.js';

/** The same operations with some of them replaced; methods stay bound to their object. */
function changed(own: LockOperations, changes: Partial<LockOperations>): LockOperations {
  return {
    resource: own.resource,
    readRecord: (limits) => own.readRecord(limits),
    writeRecord: (content, limits, fence) => own.writeRecord(content, limits, fence),
    fence: (limits) => own.fence(limits),
    endFence: (id, limits) => own.endFence(id, limits),
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

/** What the protocol must not do where leases without end are taken too. */
export const endlessMutations: Readonly<Record<string, Protocol>> = {
  'a record that outlives its lease without end': {
    ...realProtocol,
    operations: (own) =>
      changed(own, {
        async writeRecord(content, limits, fence) {
          const takesBack = content.durationSeconds === 60 && content.taking !== true;
          return takesBack ? 'not written' : own.writeRecord(content, limits, fence);
        },
      }),
  },
  'a lease that ends, taken beside a record that says otherwise': {
    ...realProtocol,
    operations: (own) => {
      let seconds = 0;
      return changed(own, {
        async readRecord(limits) {
          const record = await own.readRecord(limits);
          seconds = record?.durationSeconds ?? 0;
          return record;
        },
        async writeRecord(content, limits, fence) {
          const prepares = seconds === infinite && content.taking === true;
          return prepares ? 'not written' : own.writeRecord(content, limits, fence);
        },
      });
    },
  },
  'a record that is written without a fence': {
    ...realProtocol,
    operations: (own) =>
      changed(own, {
        fence: async () => 'none',
        endFence: async () => true,
        writeRecord: (content, limits) => own.writeRecord(content, limits),
      }),
  },
};

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
