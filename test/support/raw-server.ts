import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net';

/** A server on a free port of this machine, gone at the end of its scope. */
export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Ends when every connection is closed. */
  allClosed(): Promise<void>;
}

export async function listen(server: Server, scheme = 'http', host = '127.0.0.1'): Promise<TestServer> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Clients that go away in the middle are what some tests are about.
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${scheme}://${host}:${port}`,
    port,
    get connections() {
      return connections;
    },
    async allClosed() {
      // Not by events.once, which fails where the client has reset the connection.
      const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));
      for (const socket of [...open]) if (!socket.destroyed) await closed(socket);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An HTTP server that answers as the listener does. */
export function httpServer(listener: RequestListener): Promise<TestServer> {
  return listen(createHttpServer(listener));
}

/** A server below HTTP. */
export function netServer(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return listen(createNetServer(onConnection));
}
