import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpHeaders } from '../../core/http/headers.js';
import type { HttpRequest, HttpResponse } from '../../core/http/message.js';
import type { Peer } from '../engine/authority/admission.js';
import type { Engine } from '../engine/engine.js';
import { incomingBody } from './incoming-body.js';

/**
 * Makes the listener that carries requests of a `node:http` server to an engine, and answers back. The requests of one
 * connection are carried out one after the other, also when a client does not wait for the answers.
 */
export function requestListener(engine: Engine, scheme: 'http' | 'https') {
  const turns = new WeakMap<object, Promise<void>>();
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    try {
      const response = await engine.handle(toRequest(incoming, scheme), peerOf(incoming, scheme));
      discardRest(incoming);
      await send(response, outgoing);
    } catch {
      // A client that goes away in the middle of an answer concerns nobody else.
      outgoing.destroy();
    }
  };
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    outgoing.sendDate = false;
    const before = turns.get(incoming.socket);
    const own =
      before === undefined ? answer(incoming, outgoing) : before.then(() => answer(incoming, outgoing));
    turns.set(incoming.socket, own);
  };
}

function peerOf({ socket }: IncomingMessage, scheme: Peer['scheme']): Peer {
  const address = socket.remoteAddress ?? '';
  // A socket for both families tells IPv4 addresses in this form.
  return { address: address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address, scheme };
}

function toRequest(incoming: IncomingMessage, scheme: string): HttpRequest {
  const headers = HttpHeaders.fromRaw(incoming.rawHeaders);
  const { url: target = '/', method = 'GET' } = incoming;
  const origin = `${scheme}://${headers.get('host') ?? 'localhost'}`;
  const where = target.startsWith('/') ? { origin, target } : splitAbsolute(target, origin);
  return { method, ...where, headers, body: incomingBody(incoming) };
}

/** A target in absolute form goes before the header `Host`: so write clients that take this server for a proxy. */
function splitAbsolute(target: string, host: string): { origin: string; target: string } {
  const parts = /^(https?:\/\/[^/?#\s]+)(.*)$/i.exec(target);
  if (parts === null) return { origin: host, target };
  const [, origin = host, rest = ''] = parts;
  return { origin: origin.toLowerCase(), target: rest.startsWith('/') ? rest : `/${rest}` };
}

/** What is read at most of a body that was refused, so that the connection can be used again. */
const discardLimit = 16 * 1024 * 1024;

function discardRest(incoming: IncomingMessage): void {
  if (incoming.complete) return;
  let discarded = 0;
  incoming.on('data', (piece: Uint8Array) => {
    discarded += piece.length;
    if (discarded > discardLimit) incoming.destroy();
  });
  incoming.on('error', () => {});
}

async function send(response: HttpResponse, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, response.headers.toRaw());
  const { buffered } = response.body;
  if (buffered !== undefined) {
    outgoing.end(buffered.length === 0 ? undefined : buffered);
    return;
  }
  for await (const piece of response.body) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(piece)) await writable(outgoing);
  }
  outgoing.end();
}

/** Ends when the client has taken what was written, or when it is gone. */
async function writable(outgoing: ServerResponse): Promise<void> {
  const given = new AbortController();
  try {
    await Promise.race([
      once(outgoing, 'drain', { signal: given.signal }),
      once(outgoing, 'close', { signal: given.signal }),
    ]);
  } finally {
    given.abort();
  }
}
