// What one signed small request costs the client, against a server that does nothing: Get File Properties, and a Put Range
// of 1 KiB. The yardstick is a loop over node:http that signs by hand and keeps connections alive.
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { ShareServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-share';
import { AzureFilesClient } from 'azstore/files';
import { startServer } from './support/child.js';
import { compareIsolated, serveContender } from './support/isolated.js';
import { inParallel, print } from './support/measure.js';

const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const concurrency = 16;
const port = Number(process.env.BENCH_PORT);
const endpoint = `http://127.0.0.1:${port}/${account}`;
const data = new Uint8Array(1024).fill(7);
const at = { share: 'share', path: 'directory/file.txt' };

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const keyBytes = Buffer.from(key, 'base64');

interface BareRequest {
  readonly method: string;
  readonly target: string;
  /** The string to sign up to the date, and behind the version. */
  readonly signed: readonly [before: string, after: string];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

function sendBare({ method, target, signed, headers, body }: BareRequest): Promise<number> {
  const date = new Date().toUTCString();
  const text = `${signed[0]}x-ms-date:${date}\n${signed[1]}`;
  const signature = createHmac('sha256', keyBytes).update(text, 'utf8').digest('base64');
  const authorization = { 'x-ms-date': date, Authorization: `SharedKey ${account}:${signature}` };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method, path: target, agent, headers: { ...headers, ...authorization } },
      (response) => {
        response.resume();
        response.on('end', () => resolve(Number(response.headers['content-length'])));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const path = `/${account}/share/directory/file.txt`;
const bareHead: BareRequest = {
  method: 'HEAD',
  target: path,
  signed: ['HEAD\n\n\n\n\n\n\n\n\n\n\n\n', `x-ms-version:2023-11-03\n/${account}${path}`],
  headers: { 'x-ms-version': '2023-11-03' },
};
const barePut: BareRequest = {
  method: 'PUT',
  target: `${path}?comp=range`,
  signed: [
    'PUT\n\n\n1024\n\n\n\n\n\n\n\n\n',
    `x-ms-range:bytes=0-1023\nx-ms-version:2023-11-03\nx-ms-write:update\n/${account}${path}\ncomp:range`,
  ],
  headers: {
    'Content-Length': '1024',
    'x-ms-range': 'bytes=0-1023',
    'x-ms-version': '2023-11-03',
    'x-ms-write': 'update',
  },
  body: data,
};

function ours(): AzureFilesClient {
  return new AzureFilesClient({ accountName: account, credentials: { type: 'shared_key', key }, endpoint });
}

function theirs() {
  const credential = new StorageSharedKeyCredential(account, key);
  const service = new ShareServiceClient(endpoint, credential, { keepAliveOptions: { enable: true } });
  return service.getShareClient('share').getDirectoryClient('directory').getFileClient('file.txt');
}

const reading: Readonly<Record<string, () => () => Promise<unknown>>> = {
  'HEAD: bare node:http that signs': () => () => sendBare(bareHead),
  'HEAD: azstore getProperties': () => {
    const client = ours();
    return () => client.files.getProperties(at);
  },
  'HEAD: @azure/storage-file-share': () => {
    const file = theirs();
    return () => file.getProperties();
  },
};
const writing: Readonly<Record<string, () => () => Promise<unknown>>> = {
  'PUT: bare node:http that signs': () => () => sendBare(barePut),
  'PUT: azstore write at an offset': () => {
    const client = ours();
    return () => client.files.write({ ...at, data, offset: 0 });
  },
  'PUT: @azure/storage-file-share': () => {
    const file = theirs();
    return () => file.uploadRange(data, 0, data.length);
  },
};

const asked = { ...reading, ...writing }[process.argv[2] ?? ''];
if (asked !== undefined) {
  const send = asked();
  serveContender((count) => inParallel(count, concurrency, send));
} else {
  const server = await startServer('trivial');
  const file = fileURLToPath(import.meta.url);
  const rounds = {
    warmUpUnits: 10_000,
    units: 5000,
    rounds: 9,
    env: { BENCH_PORT: server.ready.port ?? '' },
  };
  print(
    'Get File Properties, 16 at once, a process each',
    'requests',
    await compareIsolated(file, Object.keys(reading), rounds),
  );
  print(
    'Put Range of 1 KiB, 16 at once, a process each',
    'requests',
    await compareIsolated(file, Object.keys(writing), rounds),
  );
  await server.stop();
}
