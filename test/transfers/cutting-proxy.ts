import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Direction = 'up' | 'down';

/** Where a connection is reset: when so many bytes, of all connections together, have gone in one direction. */
export interface Cut {
  readonly direction: Direction;
  readonly at: number;
}

/** Stands between a client and a server on this machine and resets connections after exact numbers of bytes. */
export class CuttingProxy implements AsyncDisposable {
  readonly #server = createServer({ allowHalfOpen: false }, (client) => this.#join(client));
  readonly #target: number;
  readonly #open = new Set<Socket>();
  readonly #bytes = { up: 0, down: 0 };
  #cuts: Cut[] = [];
  #done = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  static async start(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sockets that are open, of both sides. */
  get openSockets(): number {
    return this.#open.size;
  }

  /** Cuts that were made so far. */
  get cutsMade(): number {
    return this.#done;
  }

  /** Counts from now on. */
  plan(cuts: readonly Cut[]): void {
    this.#cuts = [...cuts].sort((a, b) => a.at - b.at);
    this.#bytes.up = 0;
    this.#bytes.down = 0;
    this.#done = 0;
  }

  /** Ends when every connection is closed. */
  async allClosed(): Promise<void> {
    while (this.#open.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    const both = [client, server];
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroy();
      });
    }
    this.#pass('up', client, { to: server, both });
    this.#pass('down', server, { to: client, both });
  }

  #pass(direction: Direction, from: Socket, way: { to: Socket; both: readonly Socket[] }): void {
    const { to, both } = way;
    from.on('data', (bytes: Buffer) => {
      const start = this.#bytes[direction];
      const cut = this.#cuts.find((each) => each.direction === direction && each.at < start + bytes.length);
      if (cut === undefined) {
        this.#bytes[direction] += bytes.length;
        if (to.write(bytes)) return;
        from.pause();
        to.once('drain', () => from.resume());
        return;
      }
      this.#cuts.splice(this.#cuts.indexOf(cut), 1);
      this.#done += 1;
      const passed = Math.max(0, cut.at - start);
      this.#bytes[direction] += passed;
      to.write(bytes.subarray(0, passed));
      for (const socket of both) socket.removeAllListeners('data');
      // What was passed on should arrive before the reset.
      setImmediate(() => {
        for (const socket of both) socket.resetAndDestroy();
      });
    });
  }
}
