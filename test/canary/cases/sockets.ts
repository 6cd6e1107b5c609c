import type { Socket } from 'node:net';
import { AzureFilesClient, createFetchTransport, createNodeTransport } from '../../../src/files/index.js';
import { clientOperations } from '../../support/client-operations.js';
import { netServer } from '../../support/raw-server.js';
import type { CanaryCase } from '../canary.js';

/** What a server can do with a connection. It knows the request, and repeats it where it can. */
const behaviours: Readonly<Record<string, (socket: Socket, request: string) => void>> = {
  'breaks the connection': (socket) => socket.destroy(),
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'ends without an answer': (socket) => socket.end(),
  'speaks no HTTP': (socket, request) => socket.end(`NONSENSE ${request}`),
  'gives headers that are none': (socket, request) =>
    socket.end(`HTTP/1.1 200 OK\r\n${request.replaceAll('\r\n', '\n')}\u0000\r\n\r\n`),
  'gives a length that is none': (socket, request) =>
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${request}\r\n\r\n`),
  'gives chunks that are none': (socket, request) =>
    socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${request}`),
  'breaks off the body': (socket, request) =>
    socket.end(
      `HTTP/1.1 206 OK\r\nContent-Length: 99999\r\nContent-Range: bytes 0-99998/99999\r\n\r\n${request}`,
    ),
  'changes the protocol': (socket, request) =>
    socket.end(`HTTP/1.1 101 Switching\r\nUpgrade: ${request.slice(0, 40)}\r\nConnection: upgrade\r\n\r\n`),
  redirects: (socket) =>
    socket.end('HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:9/x\r\nContent-Length: 0\r\n\r\n'),
};

/** One operation of each kind: what differs below HTTP is not what is asked for. */
const asked = clientOperations.filter(([name]) =>
  [
    'files: read',
    'files: write at an offset',
    'files: copyFromUrl',
    'directories: list',
    'leases of files: renew',
    'files: getProperties',
  ].includes(name),
);

const transports = {
  'node:http': () => createNodeTransport({}),
  fetch: () => createFetchTransport({}),
} as const;

export const socketCases: readonly CanaryCase[] = Object.entries(transports).map(
  ([transportName, create]) => ({
    name: `connections by ${transportName} that fail`,
    async run(canary) {
      for (const [name, behave] of Object.entries(behaviours)) {
        await using server = await netServer((socket) =>
          socket.once('data', (bytes) => behave(socket, bytes.toString('latin1'))),
        );
        for (const kind of ['key', 'SAS'] as const) {
          const transport = create();
          const client = new AzureFilesClient(
            {
              endpoint: `${server.origin}/canaryacct`,
              credentials:
                kind === 'key'
                  ? { type: 'shared_key', key: canary.secrets.accountKey() }
                  : { type: 'sas_token', token: canary.secrets.sasToken() },
              defaultShare: 'data',
              retryConfig: { maxAttempts: 1 },
              transport: canary.through(transport),
              telemetry: canary.telemetry,
            },
            {},
          );
          const sourceUrl = `${server.origin}/canaryacct/data/x?${canary.secrets.sasToken()}`;
          const inputs = {
            leaseId: canary.secrets.leaseId(),
            sourceUrl,
            localDirectory: '/nowhere',
            fresh: 'fresh',
          };
          for (const [operation, run] of asked) {
            const call = run(client, inputs).catch((error: unknown) =>
              canary.evidence.add(`${operation}, which ${name}`, error),
            );
            canary.evidence.add(`${operation}, which ${name}`, await call);
          }
          await transport.close?.();
        }
      }
    },
  }),
);
