// Makes a directory, writes a file into it, lists, reads, and deletes.
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient } from 'azstore/files';

await using emulator = await startEmulator({ filesPort: 0, shares: ['team'] });
await using client = AzureFilesClient.builder()
  .connectionString(emulator.connectionString)
  .defaultShare('team')
  .build();

await client.directories.ensure({ path: 'reports/2026' });
const data = new TextEncoder().encode('{"ok":true}');
await client.files.write({ path: 'reports/2026/november.json', data, contentType: 'application/json' });

for await (const entry of client.directories.walk()) console.log(entry.type, entry.path);

const { data: content, properties } = await client.files.read({ path: 'reports/2026/november.json' });
console.log(properties.contentType, new TextDecoder().decode(content));

const { filesDeleted, directoriesDeleted } = await client.directories.deleteRecursive({ path: 'reports' });
console.log(`deleted ${filesDeleted} file and ${directoriesDeleted} directories`);
