// What one signed small request costs the client: Get File Properties against a server that does nothing.
// The yardstick is a loop over node:http that signs by hand and keeps connections alive.
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { ShareServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-share';
import { AzureFilesClient } from 'azstore/files';
import { startServer } from './support/child.js';
import { compare, inParallel, print } from './support/measure.js';

const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const concurrency = 16;
const server = await startServer('trivial');
const port = Number(server.ready.port);
const endpoint = `http://127.0.0.1:${port}/${account}`;

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const keyBytes = Buffer.from(key, 'base64');

function bareRequest(): Promise<number> {
  const path = `/${account}/share/directory/file.txt`;
  const date = new Date().toUTCString();
  const text = `HEAD\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:${date}\nx-ms-version:2023-11-03\n/${account}${path}`;
  const signature = createHmac('sha256', keyBytes).update(text, 'utf8').digest('base64');
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method: 'HEAD',
        path,
        agent,
        headers: {
          'x-ms-date': date,
          'x-ms-version': '2023-11-03',
          Authorization: `SharedKey ${account}:${signature}`,
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(Number(response.headers['content-length'])));
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const ours = new AzureFilesClient({
  accountName: account,
  credentials: { type: 'shared_key', key },
  endpoint,
});
const theirs = new ShareServiceClient(endpoint, new StorageSharedKeyCredential(account, key), {
  keepAliveOptions: { enable: true },
})
  .getShareClient('share')
  .getDirectoryClient('directory')
  .getFileClient('file.txt');

const results = await compare(
  [
    { name: 'bare node:http loop that signs', run: (count) => inParallel(count, concurrency, bareRequest) },
    {
      name: 'azstore files.getProperties',
      run: (count) =>
        inParallel(count, concurrency, () =>
          ours.files.getProperties({ share: 'share', path: 'directory/file.txt' }),
        ),
    },
    {
      name: '@azure/storage-file-share',
      run: (count) => inParallel(count, concurrency, () => theirs.getProperties()),
    },
  ],
  { warmUpUnits: 3000, units: 4000, rounds: 7 },
);
print('Signed small request (HEAD file), 16 at once', 'requests', results);
await ours.close();
agent.destroy();
await server.stop();
