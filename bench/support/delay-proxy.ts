import { connect, createServer, type Server, type Socket } from 'node:net';

/** Bytes that a connection may have under way before its sender has to wait: more than any bandwidth-delay product here. */
const windowBytes = 64 * 1024 * 1024;

/**
 * A server that passes bytes on to another one, each half of a round trip later than they came. Nothing else is limited, so
 * that a connection carries as much as the machine can.
 */
export function createDelayProxy(targetPort: number, roundTripMs: number): Server {
  return createServer({ noDelay: true }, (client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      passOn(from, to, roundTripMs / 2);
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
}

interface Parcel {
  readonly bytes: Buffer | undefined;
  readonly dueAt: number;
}

/** One timer serves all parcels that are under way: they arrive in the order in which they were sent. */
function passOn(from: Socket, to: Socket, delayMs: number): void {
  const underWay: Parcel[] = [];
  let first = 0;
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const deliver = (): void => {
    timer = undefined;
    const now = performance.now();
    for (
      let parcel = underWay[first];
      parcel !== undefined && parcel.dueAt <= now;
      parcel = underWay[++first]
    ) {
      if (parcel.bytes === undefined) to.end();
      else {
        bytes -= parcel.bytes.length;
        to.write(parcel.bytes);
      }
    }
    const next = underWay[first];
    if (first > 1000) {
      underWay.splice(0, first);
      first = 0;
    }
    if (next !== undefined) timer = setTimeout(deliver, Math.max(1, next.dueAt - now));
    if (bytes < windowBytes && from.isPaused()) from.resume();
  };
  const send = (parcel: Buffer | undefined): void => {
    underWay.push({ bytes: parcel, dueAt: performance.now() + delayMs });
    bytes += parcel?.length ?? 0;
    if (bytes >= windowBytes) from.pause();
    timer ??= setTimeout(deliver, delayMs);
  };
  from.on('data', send);
  from.on('end', () => send(undefined));
  to.on('close', () => clearTimeout(timer));
}
