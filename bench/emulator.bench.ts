// Requests per second that the emulator answers, over a socket, beside a server that does nothing.
import { AzureFilesClient } from 'azstore/files';
import { startServer } from './support/child.js';
import { type Contender, compare, inParallel, print } from './support/measure.js';

const concurrency = 16;
const trivial = await startServer('trivial');
const emulator = await startServer('emulator');
const client = AzureFilesClient.builder()
  .connectionString(emulator.ready.connectionString ?? '')
  .build();
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const idle = new AzureFilesClient({
  accountName: account,
  credentials: { type: 'shared_key', key },
  endpoint: `http://127.0.0.1:${trivial.ready.port}/${account}`,
});
const files = client.files.inShare('bench');
const data = new Uint8Array(1024).fill(7);
await files.create('small.bin', data.length);
await files.write('small.bin', data);

const contenders: Contender[] = [
  {
    name: 'a server that does nothing, HEAD',
    run: (count) =>
      inParallel(count, concurrency, () => idle.files.getProperties({ share: 'share', path: 'f' })),
  },
  {
    name: 'get properties',
    run: (count) =>
      inParallel(count, concurrency, () => client.files.getProperties({ share: 'bench', path: 'small.bin' })),
  },
  {
    name: 'read 1 KiB',
    run: (count) =>
      inParallel(count, concurrency, () => client.files.read({ share: 'bench', path: 'small.bin' })),
  },
  {
    name: 'write 1 KiB at an offset',
    run: (count) =>
      inParallel(count, concurrency, () =>
        client.files.write({ share: 'bench', path: 'small.bin', data, offset: 0 }),
      ),
  },
  {
    name: 'create and delete a file (2 requests)',
    run: (count) =>
      inParallel(count, concurrency, async (index) => {
        await client.files.create({ share: 'bench', path: `made-${index}`, size: 0 });
        await client.files.delete({ share: 'bench', path: `made-${index}` });
      }),
  },
];
const results = await compare(contenders, { warmUpUnits: 1000, units: 2000, rounds: 5 });
print("Emulator over a socket, 16 at once (CPU is the client's)", 'operations', results);
await Promise.all([client.close(), idle.close()]);
await Promise.all([trivial.stop(), emulator.stop()]);
