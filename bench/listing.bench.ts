// Listing a directory of 5,000 files (BENCH_ENTRIES), both clients asked for the same (time stamps and ETags), against the emulator.
import { ShareServiceClient } from '@azure/storage-file-share';
import { AzureFilesClient } from 'azstore/files';
import { startServer } from './support/child.js';
import { compare, print } from './support/measure.js';

const entries = Number(process.env.BENCH_ENTRIES ?? 5000);
const server = await startServer('emulator', String(entries));
const connectionString = server.ready.connectionString ?? '';
const ours = AzureFilesClient.builder().connectionString(connectionString).build();
const theirs = ShareServiceClient.fromConnectionString(connectionString)
  .getShareClient('bench')
  .getDirectoryClient('many');

function check(count: number): void {
  if (count !== entries) throw new Error(`listed ${count} entries instead of ${entries}`);
}

const results = await compare(
  [
    {
      name: 'azstore directories.listAll',
      async run(times) {
        for (let i = 0; i < times; i++) {
          let count = 0;
          for await (const entry of ours.directories.listAll({ share: 'bench', path: 'many' })) {
            if (entry.etag !== '') count++;
          }
          check(count);
        }
      },
    },
    {
      name: '@azure/storage-file-share',
      async run(times) {
        for (let i = 0; i < times; i++) {
          let count = 0;
          const options = { includeTimestamps: true, includeEtag: true };
          for await (const entry of theirs.listFilesAndDirectories(options)) {
            if (entry.properties?.etag !== '') count++;
          }
          check(count);
        }
      },
    },
  ],
  entries > 20_000 ? { warmUpUnits: 1, units: 1, rounds: 3 } : { warmUpUnits: 3, units: 4, rounds: 7 },
);
print(`Listing ${entries} entries, one unit = the whole listing`, 'listings', results);
await ours.close();
await server.stop();
