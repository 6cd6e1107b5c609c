// The emulator in a process of its own, with a share `bench` and, when asked, a directory with that many files.
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient } from 'azstore/files';
import { inParallel } from '../support/measure.js';

const entries = Number(process.argv[2] ?? '0');
const emulator = await startEmulator({ filesPort: 0, shares: ['bench'] });
if (entries > 0) {
  const client = AzureFilesClient.builder().connectionString(emulator.connectionString).build();
  await client.directories.create({ share: 'bench', path: 'many' });
  await inParallel(entries, 16, (index) => {
    const path = `many/file-${String(index).padStart(6, '0')}.dat`;
    return client.files.create({ share: 'bench', path, size: index });
  });
  await client.close();
}
console.log(
  JSON.stringify({ connectionString: emulator.connectionString, endpoint: emulator.filesEndpoint }),
);

// Ends with whoever started it, however that ends.
process.stdin.on('end', () => process.exit(0)).resume();
