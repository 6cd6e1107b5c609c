// Makes a directory of a share like a local one, and then only what has changed. What the source does not have is deleted.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient, DirectoryTransferError } from 'azstore/files';

await using emulator = await startEmulator({ filesPort: 0, shares: ['team'] });
await using client = AzureFilesClient.builder()
  .connectionString(emulator.connectionString)
  .defaultShare('team')
  .build();

const site = await mkdtemp(join(tmpdir(), 'azstore-example-'));
const request = { from: site, to: { path: 'www' }, delete: true, exclude: ['*.log'], atomic: true };
try {
  await mkdir(join(site, 'img'));
  await writeFile(join(site, 'index.html'), '<h1>hello</h1>');
  await writeFile(join(site, 'img', 'logo.svg'), '<svg/>');
  await writeFile(join(site, 'build.log'), 'takes no part');
  const first = await client.streaming.sync(request);
  console.log('first run:', first.filesCopied, 'copied,', first.directoriesCreated, 'directories made');

  await writeFile(join(site, 'index.html'), '<h1>hello again</h1>');
  await rm(join(site, 'img'), { recursive: true });

  // Look before anything is deleted.
  await client.streaming.sync({
    ...request,
    dryRun: true,
    onEntry: (event) => {
      if (event.type !== 'unchanged') console.log('would be', event.type, event.path);
    },
  });
  const second = await client.streaming.sync(request);
  console.log('second run:', second.filesCopied, 'copied,', second.filesDeleted, 'deleted');
  const third = await client.streaming.sync(request);
  console.log('third run:', third.filesCopied, 'copied,', third.filesUnchanged, 'unchanged');
} catch (error) {
  // Everything else has been transferred; the same call again does the rest.
  if (!(error instanceof DirectoryTransferError)) throw error;
  for (const failure of error.report.failures) console.error(failure.path, failure.error.message);
} finally {
  await rm(site, { recursive: true, force: true });
}
