import { ShareServiceClient } from '@azure/storage-file-share';
import { expect, onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient } from '../../src/files/index.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';

/**
 * One emulator, reached by the official client over a socket and by ours in the process. The clock of the emulator and
 * of our client stands still until it is moved, by minutes at the most: the official client signs with the real time.
 */
export async function startBoth() {
  const clock = new ManualClock({ now: Date.now() });
  const failures: unknown[] = [];
  const answered: string[] = [];
  const emulator = await startEmulator({
    filesPort: 0,
    shares: ['data'],
    clock,
    onFailure: (error) => failures.push(error),
    onRequest: ({ operation, status }) => answered.push(`${operation} ${status}`),
  });
  const { connectionString, transport } = emulator;
  const client = new AzureFilesClient({
    credentials: { type: 'connection_string', connectionString },
    defaultShare: 'data',
    clock,
    transport,
  });
  onTestFinished(async () => {
    await client.close();
    await emulator.close();
    expect(failures).toEqual([]);
  });
  const service = ShareServiceClient.fromConnectionString(connectionString, {
    retryOptions: { maxTries: 1 },
  });
  const share = service.getShareClient('data');
  return { client, clock, share, answered: () => answered.splice(0), settled: settling(clock) };
}

/** Lets time pass until a promise has settled. */
function settling(clock: ManualClock) {
  return async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    const end = () => {
      done = true;
    };
    promise.then(end, end);
    for (let step = 0; step < 3_000 && !done; step++) await clock.advance(100);
    return promise;
  };
}
