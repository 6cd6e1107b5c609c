import { type AzureFilesClient, systemClock } from '../../files/index.js';
import { displayLocation, type ShareLocation } from '../locations.js';
import { formatSpan } from '../times.js';
import type { Invocation } from '../verb.js';

/** How long a wait is before people are told what it is for, in milliseconds. */
const silenceMs = 2_000;

/** What is waited for. */
export interface ToldWait {
  readonly client: AzureFilesClient;
  readonly location: ShareLocation;
  readonly waitMs: number;
}

/** Takes a lease; where that takes long, says who has it. */
export async function toldWait<T>(
  invocation: Invocation,
  wait: ToldWait,
  acquire: () => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const cancel = systemClock.timer(silenceMs, () => void tell(invocation, wait, stop.signal));
  try {
    return await acquire();
  } finally {
    cancel();
    stop.abort();
  }
}

async function tell({ output }: Invocation, wait: ToldWait, signal: AbortSignal): Promise<void> {
  const { client, location, waitMs } = wait;
  const place = displayLocation(location);
  try {
    const { share, path } = location;
    const { status, record } = await client.leases.inspect({ share, path, signal });
    if (status !== 'locked') return;
    const holder = record === undefined ? '' : `, which ${record.holder} has`;
    output.note(`azstore: waiting up to ${formatSpan(waitMs)} for ${place}${holder}`);
  } catch {
    // It is only a favour; what is wrong is told by what waits.
  }
}
