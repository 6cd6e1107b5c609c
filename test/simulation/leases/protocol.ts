import type { Clock } from '../../../src/core/clock.js';
import type { LockOperations } from '../../../src/lease/lock-operations.js';

/** The protocol in a form that a test can take parts out of. */
export interface Protocol {
  /** What every process uses. */
  operations(own: LockOperations, clock: Clock, tools: Tools): LockOperations;
  /** The clock that the protocol reads. */
  clock(own: Clock): Clock;
  /** The lease id that a write carries. */
  idOfWrite(id: string): string | undefined;
}

/** What a changed protocol may do beside the requests of the real one. */
export interface Tools {
  deleteRecord(): Promise<void>;
}

/** The protocol as it is. */
export const realProtocol: Protocol = {
  operations: (own) => own,
  clock: (own) => own,
  idOfWrite: (id) => id,
};
