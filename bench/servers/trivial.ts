// Answers every HEAD as the File service answers Get File Properties and every PUT as it answers Put Range, without
// looking at them: what the client costs, nothing else, is measured against it.
import { createServer } from 'node:http';

const headers = [
  ['Content-Length', '1024'],
  ['Content-Type', 'application/octet-stream'],
  ['Last-Modified', 'Mon, 02 Mar 2026 03:04:05 GMT'],
  ['ETag', '"0x8DE78F4A2B3C4D5"'],
  ['x-ms-request-id', '11111111-2222-3333-4444-555555000000'],
  ['x-ms-version', '2023-11-03'],
  ['x-ms-type', 'File'],
  ['x-ms-server-encrypted', 'true'],
  ['x-ms-lease-state', 'available'],
  ['x-ms-lease-status', 'unlocked'],
  ['x-ms-file-attributes', 'Archive'],
  ['x-ms-file-creation-time', '2026-03-02T03:04:05.0000000Z'],
  ['x-ms-file-last-write-time', '2026-03-02T03:04:05.0000000Z'],
  ['x-ms-file-change-time', '2026-03-02T03:04:05.0000000Z'],
  ['x-ms-file-permission-key', '12501538048846835188*422928105932735866'],
  ['x-ms-file-id', '11529285414812647424'],
  ['x-ms-file-parent-id', '0'],
].flat();

const writeHeaders = [
  ['Content-Length', '0'],
  ['Content-MD5', 'XrY7u+Ae7tCTyyK7j1rNww=='],
  ['Last-Modified', 'Mon, 02 Mar 2026 03:04:05 GMT'],
  ['ETag', '"0x8DE78F4A2B3C4D5"'],
  ['x-ms-request-id', '11111111-2222-3333-4444-555555000000'],
  ['x-ms-version', '2023-11-03'],
  ['x-ms-request-server-encrypted', 'true'],
  ['x-ms-file-last-write-time', '2026-03-02T03:04:05.0000000Z'],
].flat();

const server = createServer((request, response) => {
  request.resume();
  if (request.method === 'PUT') response.writeHead(201, writeHeaders);
  else response.writeHead(200, headers);
  response.end();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.log(JSON.stringify({ port: String(port) }));
});

// Ends with whoever started it, however that ends.
process.stdin.on('end', () => process.exit(0)).resume();
