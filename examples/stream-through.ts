// Streams up and down without a local file: what comes from a generator goes to a share, and from there through a hash.
import { createHash } from 'node:crypto';
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient } from 'azstore/files';

await using emulator = await startEmulator({ filesPort: 0, shares: ['team'] });
await using client = AzureFilesClient.builder()
  .connectionString(emulator.connectionString)
  .defaultShare('team')
  .build();

const rows = 100_000;
const row = new TextEncoder().encode('a line of thirty-two characters\n');

async function* table(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < rows; i += 1) yield row;
}

// A file of a share has a fixed length, so the length of a stream has to be known.
await client.streaming.uploadStream({ path: 'table.txt', totalSize: rows * row.length }, table());

const hash = createHash('sha256');
for await (const bytes of await client.streaming.downloadStream({ path: 'table.txt' })) hash.update(bytes);
console.log(hash.digest('hex'));

const second = await client.streaming.downloadRange({ path: 'table.txt', start: 32, end: 64 });
console.log(new TextDecoder().decode(second).trim());
