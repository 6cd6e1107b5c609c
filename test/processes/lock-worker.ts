// A process that counts under a lock, again and again; bundled and started by worker-processes.ts.
import { AzureFilesClient, AzureFilesError, LeaseError, type LeaseGuard } from '../../src/files/index.js';
import {
  type Command,
  counterText,
  counterValue,
  type Report,
  type Stage,
  type WorkerOrder,
} from './messages.js';

const order = JSON.parse(process.argv[2] ?? '') as WorkerOrder;
const { share, counters, durationSeconds } = order;
const connect = () => AzureFilesClient.builder().connectionString(order.connectionString).build();
const client = connect();
/** Another client knows nothing of the leases of the first, and sends what that would refuse. */
const files = (order.heedless ? connect() : client).files;
const stops = new Map<string, Stage>(Object.entries(order.stops));
let goOn: (() => void) | undefined;
let pauses = false;
/** Counts through the counters. */
let turn = order.first;

function report(message: Report): void {
  process.send?.(message);
}

process.on('message', (command: Command) => {
  if (command.do === 'pause') pauses = true;
  else if (command.do === 'go') {
    turn = command.next ?? turn;
    goOn?.();
  } else if (command.stage === undefined) stops.delete(command.path);
  else stops.set(command.path, command.stage);
});
// Nobody must be left over when the one who started this is gone.
process.on('disconnect', () => process.exit(0));

async function standStill(message: Report): Promise<void> {
  await new Promise<void>((resolve) => {
    goOn = resolve;
    report(message);
  });
}

async function maybeStop(path: string, stage: Stage): Promise<void> {
  if (stops.get(path) === stage) await standStill({ is: 'standing', path, stage });
}

async function maybePause(): Promise<void> {
  if (pauses) await standStill({ is: 'paused' });
  pauses = false;
}

async function countUnderLock(path: string, guard: LeaseGuard): Promise<number> {
  const first = guard.id;
  const lease = () => (order.heedless ? { leaseId: first } : { leaseId: guard.id, signal: guard.signal });
  report({ is: 'acquired', path });
  await maybeStop(path, 'acquired');
  const { data } = await files.read({ share, path, ...lease() });
  const value = counterValue(data) + 1;
  await maybeStop(path, 'read');
  const written = files.write({ share, path, offset: 0, data: counterText(value), ...lease() });
  await maybeStop(path, 'writing');
  await written;
  await maybeStop(path, 'written');
  return value;
}

/** @returns whether it counted; what else can end a lock is told, and everything else ends the process. */
async function count(path: string): Promise<boolean> {
  let inside: string | undefined;
  const work = async (guard: LeaseGuard) => {
    try {
      return await countUnderLock(path, guard);
    } catch (error) {
      inside = error instanceof AzureFilesError ? error.code : String(error);
      throw error;
    }
  };
  report({ is: 'waiting', path });
  try {
    const value = await client.leases.withLock({ share, path, durationSeconds, reason: 'counting' }, work);
    report({ is: 'counted', path, value });
    return true;
  } catch (error) {
    if (!(error instanceof LeaseError)) throw error;
    report({ is: 'refused', path, code: error.code, inside });
    return false;
  }
}

for (let done = 0; done < order.increments; ) {
  await maybePause();
  if (await count(counters[turn % counters.length] ?? '')) {
    done += 1;
    turn += 1;
  }
}
await client.close();
process.disconnect();
