import { type Call, Cancellation } from '../../src/core/call.js';
import { operations } from './core-pipeline.js';

/** A call as the pipeline makes it, for tests of one layer. */
export function newCall(changes: Partial<Call> = {}): Call {
  return {
    operation: operations.read,
    resource: { share: 'data', path: 'file.txt' },
    cancellation: new Cancellation(),
    deadlineAt: Number.POSITIVE_INFINITY,
    attempt: 1,
    timeoutMs: undefined,
    idempotent: true,
    maxAttempts: undefined,
    ...changes,
  };
}
