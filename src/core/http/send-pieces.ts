import type { ClientRequest } from 'node:http';
import type { RepeatableBody } from './message.js';

/**
 * Sends a body piece by piece; each is asked for when the one before has been handed to the system. Ends without an error
 * when the request is given up.
 * @throws what reading the body throws.
 */
export async function sendPieces(outgoing: ClientRequest, body: RepeatableBody): Promise<void> {
  for await (const piece of body) {
    if (outgoing.destroyed) return;
    await written(outgoing, piece);
  }
  if (!outgoing.destroyed) outgoing.end();
}

/** A request that is destroyed before it has a connection never tells of what it was given. */
function written(outgoing: ClientRequest, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('close', done);
      resolve();
    };
    outgoing.once('close', done);
    outgoing.write(piece, done);
  });
}
