// What it costs to take a lock on a file and to give it back, against the emulator over a socket, one at a time. Beside it
// what the bare lease of the service costs, which nobody frees when its holder dies: through the official client, and with
// requests that are signed by hand.
import { fileURLToPath } from 'node:url';
import { ShareServiceClient } from '@azure/storage-file-share';
import { createEmulator } from 'azstore/emulator';
import { AzureFilesClient } from 'azstore/files';
import { ManualClock } from '../src/simulation/manual-clock.js';
import { acquiring, lockRequests, releasing, sendBare } from './support/bare-lease.js';
import { startServer } from './support/child.js';
import { compareIsolated, serveContender } from './support/isolated.js';
import { inParallel, print, printLatencies } from './support/measure.js';

const share = 'bench';
const connectionString = process.env.BENCH_CONNECTION ?? '';
const place = { share, port: Number(process.env.BENCH_PORT) };

interface Contender {
  /** Untimed. */
  prepare?(count: number): Promise<void>;
  /** Takes and gives back. */
  cycle(index: number): Promise<unknown>;
}

function connect(): AzureFilesClient {
  return AzureFilesClient.builder().connectionString(connectionString).build();
}

const path = `file-${process.pid}`;
async function makeFile(name: string): Promise<void> {
  await connect().files.create({ share, path: name, size: 0 });
}

const contenders: Readonly<Record<string, () => Promise<Contender>>> = {
  'bare lease, node:http (2)': async () => {
    await makeFile(path);
    return {
      async cycle() {
        const id = crypto.randomUUID();
        await sendBare(place, acquiring(path, id));
        await sendBare(place, releasing(path, id));
      },
    };
  },
  'bare lease, official client (2)': async () => {
    await makeFile(path);
    const service = ShareServiceClient.fromConnectionString(connectionString, {
      keepAliveOptions: { enable: true },
    });
    const file = service.getShareClient(share).rootDirectoryClient.getFileClient(path);
    return {
      async cycle() {
        const client = file.getShareLeaseClient();
        await client.acquireLease(-1);
        await client.releaseLease();
      },
    };
  },
  "a lock's requests, node:http (5)": async () => {
    const client = connect();
    await makeFile(path);
    await client.leases.release(await client.leases.acquire({ share, path }));
    return {
      async cycle() {
        for (const each of lockRequests(path, crypto.randomUUID())) await sendBare(place, each);
      },
    };
  },
  'azstore lock (5)': async () => {
    const client = connect();
    await makeFile(path);
    return { cycle: async () => client.leases.release(await client.leases.acquire({ share, path })) };
  },
  'azstore lock, first on a file (7)': async () => {
    const client = connect();
    let made = 0;
    let used = 0;
    const name = (index: number) => `${path}-${index}`;
    return {
      async prepare(count) {
        await inParallel(count, 16, () => client.files.create({ share, path: name(made++), size: 0 }));
      },
      async cycle() {
        await client.leases.release(await client.leases.acquire({ share, path: name(used++) }));
      },
    };
  },
  'azstore lease without end (5)': async () => {
    const client = connect();
    await makeFile(path);
    const at = { share, path, durationSeconds: -1 };
    return { cycle: async () => client.leases.release(await client.leases.acquire(at)) };
  },
};

/** How many requests the service gets, counted by an emulator in this process whose time is moved by hand. */
async function countRequests(): Promise<void> {
  let requests = 0;
  const clock = new ManualClock();
  const emulator = createEmulator({ shares: [share], clock, onRequest: () => requests++ });
  const { transport } = emulator;
  const client = new AzureFilesClient({
    credentials: { type: 'connection_string', connectionString: emulator.connectionString },
    defaultShare: share,
    clock,
    transport,
  });
  await client.files.create({ path: 'f', size: 0 });
  await client.files.create({ path: 'endless', size: 0 });
  const during = async <T>(work: Promise<T>): Promise<[T, number]> => {
    const before = requests;
    return [await work, requests - before];
  };
  const [first, firstAcquire] = await during(client.leases.acquire({ path: 'f' }));
  const [, release] = await during(client.leases.release(first));
  const [held, acquire] = await during(client.leases.acquireAutoRenewing({ path: 'f' }));
  const [, minute] = await during(clock.advance(60_000));
  await held.release();
  const [endless, endlessAcquire] = await during(
    client.leases.acquireAutoRenewing({ path: 'endless', durationSeconds: -1 }),
  );
  const [, endlessMinute] = await during(clock.advance(60_000));
  await endless.release();
  await client.close();
  console.log('\nRequests of a lock on a file, uncontended');
  console.log(`  acquire ${acquire}, for the first time on a file ${firstAcquire}; release ${release}`);
  console.log(`  a minute while it is held: ${minute}`);
  console.log(`  without end: acquire ${endlessAcquire}, a minute while it is held ${endlessMinute}`);
}

const asked = contenders[process.argv[2] ?? ''];
if (asked !== undefined) {
  const contender = await asked();
  serveContender(
    async (count) => {
      const latencies: number[] = [];
      for (let index = 0; index < count; index++) {
        const start = performance.now();
        await contender.cycle(index);
        latencies.push((performance.now() - start) * 1000);
      }
      return latencies;
    },
    (count) => contender.prepare?.(count) ?? Promise.resolve(),
  );
} else {
  const server = await startServer('emulator');
  const { connectionString: connection = '', endpoint = '' } = server.ready;
  const env = { BENCH_CONNECTION: connection, BENCH_PORT: new URL(endpoint).port };
  const rounds = { warmUpUnits: 1000, units: 400, rounds: 7, env };
  const results = await compareIsolated(fileURLToPath(import.meta.url), Object.keys(contenders), rounds);
  const title = 'Acquire and release, one at a time, a process each (in brackets: requests)';
  printLatencies(title, results);
  print("The same: CPU of the client, and wall time with the emulator's", 'locks', results);
  await countRequests();
  await server.stop();
}
