// Of many that want to create the same file, exactly one does, and the file is never seen half written.
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient, FileError } from 'azstore/files';

await using emulator = await startEmulator({ filesPort: 0, shares: ['team'] });
await using client = AzureFilesClient.builder()
  .connectionString(emulator.connectionString)
  .defaultShare('team')
  .build();

async function claim(name: string): Promise<boolean> {
  try {
    await client.files.createIfNotExists({ path: 'leader', data: new TextEncoder().encode(name) });
    return true;
  } catch (error) {
    if (error instanceof FileError && error.code === 'FileAlreadyExists') return false;
    throw error;
  }
}

const results = await Promise.all(['anna', 'ben', 'chris', 'dora'].map(claim));
console.log('winners:', results.filter((won) => won).length);
