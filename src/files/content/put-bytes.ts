import { chunkPlan } from '../../transfer/chunk-plan.js';
import { runWindow } from '../../transfer/window.js';
import { type FilesContext, type Location, send } from '../context.js';
import type { CallOptions, LeaseScope, LockPatience } from '../requests.js';
import type { ByteRange } from '../types.js';
import { putRangeRequest } from '../wire/range-wire.js';

export interface PutBytes extends CallOptions, LeaseScope, LockPatience {
  readonly data: Uint8Array;
  /** Where the data goes. */
  readonly offset: number;
}

/** Puts bytes into a file that is long enough: range by range, in parallel when there is more than one. */
export async function putBytes(context: FilesContext, at: Location, put: PutBytes): Promise<void> {
  const { data, offset, leaseId, signal, timeoutMs, waitMs } = put;
  const { rangeSize, concurrency } = context.pipeline.options;
  const putChunk = async (chunk: ByteRange, chunkSignal: AbortSignal | undefined): Promise<void> => {
    const slice = data.subarray(chunk.start, chunk.end);
    const wire = putRangeRequest(at, { start: offset + chunk.start, data: slice, leaseId });
    await send(context, wire, { signal: chunkSignal, timeoutMs, waitMs });
  };
  if (data.length === 0) return;
  if (data.length <= rangeSize) return putChunk({ start: 0, end: data.length }, signal);
  await runWindow(chunkPlan(0, data.length, rangeSize), { concurrency, signal }, putChunk);
}
