// Errors are chosen by their literal code; whether a repeat can help is part of them, and so is what support asks for.
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient, AzureFilesError } from 'azstore/files';

await using emulator = await startEmulator({ filesPort: 0, shares: ['team'] });
await using client = AzureFilesClient.builder()
  .connectionString(emulator.connectionString)
  .defaultShare('team')
  .build();

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    if (!(error instanceof AzureFilesError)) throw error;
    return `${error.name} ${error.code}, retryable: ${error.isRetryable()}, status: ${error.status ?? 'none'}`;
  }
}

console.log(await codeOf(client.files.read({ path: 'missing.txt' })));
console.log(await codeOf(client.files.create({ path: 'missing/file.txt', size: 1 })));
console.log(await codeOf(client.files.create({ path: 'what?.txt', size: 1 })));
console.log(await codeOf(client.directories.list({ share: 'absent' })));
