import { Agent, type IncomingMessage, request } from 'node:http';

/** Ranges that the plain loop has under way at a time: as many as the client. */
const lanes = 8;
const rangeSize = 4 * 1024 * 1024;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Runs `work` for every range of a file. */
export async function bareInParallel(size: number, work: (range: ByteRange) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < size) {
      const start = next;
      next += rangeSize;
      await work({ start, end: Math.min(size, start + rangeSize) });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function send(port: number, method: string, range: ByteRange | undefined, body?: Uint8Array) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const headers = {
      ...(range && { 'x-ms-range': `bytes=${range.start}-${range.end - 1}` }),
      ...(body && { 'Content-Length': String(body.length) }),
    };
    const options = { host: '127.0.0.1', port, method, path: '/share/file', agent, headers };
    const outgoing = request(options, resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export async function barePut(port: number, range: ByteRange, body: Uint8Array): Promise<void> {
  const response = await send(port, 'PUT', range, body);
  return new Promise((resolve, reject) => {
    response.resume();
    response.on('end', resolve);
    response.on('error', reject);
  });
}

/** Hands out the bytes of a range with their positions; a promise holds back what follows. */
export async function bareGet(
  port: number,
  range: ByteRange,
  take: (piece: Uint8Array, position: number) => Promise<void> | void | undefined,
): Promise<void> {
  const response = await send(port, 'GET', range);
  let position = range.start;
  return new Promise((resolve, reject) => {
    let taking: Promise<void> | undefined;
    response.on('data', (piece: Buffer) => {
      const taken = take(piece, position);
      position += piece.length;
      if (taken === undefined) return;
      response.pause();
      taking = taken as Promise<void>;
      taking.then(() => response.resume(), reject);
    });
    response.on('end', () => (taking ?? Promise.resolve()).then(resolve, reject));
    response.on('error', reject);
  });
}

export function bareGetStream(port: number): Promise<IncomingMessage> {
  return send(port, 'GET', undefined);
}
