// Takes every range and gives any, as the File service answers, without keeping or looking at a byte: what moving bytes
// costs the client is measured against it. A file has as many bytes as the first argument says; the second one says by how
// many milliseconds each answer is held back, which is a round trip without the work of passing the bytes on.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const size = Number(process.argv[2] ?? 256 * 1024 * 1024);
const heldMs = Number(process.argv[3] ?? 0);
const block = Buffer.alloc(1024 * 1024, 7);
const version = [
  ['Last-Modified', 'Mon, 02 Mar 2026 03:04:05 GMT'],
  ['ETag', '"0x8DE78F4A2B3C4D5"'],
  ['x-ms-request-id', '11111111-2222-3333-4444-555555000000'],
  ['x-ms-version', '2023-11-03'],
];
const properties = [
  ...version,
  ['Content-Type', 'application/octet-stream'],
  ['Accept-Ranges', 'bytes'],
  ['x-ms-type', 'File'],
  ['x-ms-server-encrypted', 'true'],
  ['x-ms-lease-state', 'available'],
  ['x-ms-lease-status', 'unlocked'],
  ['x-ms-file-attributes', 'Archive'],
  ['x-ms-file-creation-time', '2026-03-02T03:04:05.0000000Z'],
  ['x-ms-file-last-write-time', '2026-03-02T03:04:05.0000000Z'],
  ['x-ms-file-change-time', '2026-03-02T03:04:05.0000000Z'],
  ['x-ms-file-id', '11529285414812647424'],
  ['x-ms-file-parent-id', '0'],
];

function give(response: ServerResponse, range: { start: number; end: number } | undefined): void {
  const { start, end } = range ?? { start: 0, end: size };
  const headers = [...properties, ['Content-Length', String(end - start)]];
  if (range !== undefined) headers.push(['Content-Range', `bytes ${start}-${end - 1}/${size}`]);
  response.writeHead(range === undefined ? 200 : 206, headers.flat());
  let left = end - start;
  const write = (): void => {
    while (left > 0) {
      const length = Math.min(left, block.length);
      left -= length;
      if (!response.write(length === block.length ? block : block.subarray(0, length))) {
        response.once('drain', write);
        return;
      }
    }
    response.end();
  };
  write();
}

function acknowledge({ method, url }: IncomingMessage, response: ServerResponse): void {
  if (method === 'HEAD') response.writeHead(200, [...properties, ['Content-Length', String(size)]].flat());
  else {
    const status = url?.includes('comp=properties') ? 200 : 201;
    response.writeHead(status, [...version, ['Content-Length', '0']].flat());
  }
  response.end();
}

function later(answer: () => void): void {
  if (heldMs > 0) setTimeout(answer, heldMs);
  else answer();
}

const server = createServer((request, response) => {
  const { method, headers } = request;
  const match = /^bytes=(\d+)-(\d*)$/.exec(String(headers['x-ms-range'] ?? headers.range ?? ''));
  if (method === 'GET') {
    const start = Number(match?.[1] ?? 0);
    const end = match?.[2] ? Math.min(size, Number(match[2]) + 1) : size;
    later(() => give(response, match === null ? undefined : { start, end }));
    return;
  }
  request.on('data', () => {});
  request.on('end', () => later(() => acknowledge(request, response)));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.log(JSON.stringify({ port: String(port) }));
});

// Ends with whoever started it, however that ends.
process.stdin.on('end', () => process.exit(0)).resume();
