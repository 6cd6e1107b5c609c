// Sends a local file to a share and brings it back. Memory stays at ranges under way times 4 MiB, whatever the size.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient } from 'azstore/files';

await using emulator = await startEmulator({ filesPort: 0, shares: ['team'] });
await using client = AzureFilesClient.builder()
  .connectionString(emulator.connectionString)
  .defaultShare('team')
  .build();

const local = await mkdtemp(join(tmpdir(), 'azstore-example-'));
try {
  await writeFile(join(local, 'video.bin'), new Uint8Array(20_000_000).fill(7));

  // `atomic`: readers see the old file or the new one, whole, and nothing in between.
  const uploaded = await client.streaming.uploadFrom(
    {
      path: 'video.bin',
      atomic: true,
      concurrency: 4,
      onProgress: ({ loadedBytes, totalBytes }) => console.log(`${loadedBytes} of ${totalBytes}`),
    },
    join(local, 'video.bin'),
  );
  console.log('uploaded', uploaded.size, 'bytes');

  const target = join(local, 'copy.bin');
  await client.streaming.downloadTo({ path: 'video.bin' }, target);
  console.log('downloaded', (await stat(target)).size, 'bytes');
} finally {
  await rm(local, { recursive: true, force: true });
}
