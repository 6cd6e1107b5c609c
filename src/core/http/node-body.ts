import type { IncomingMessage } from 'node:http';
import type { Call } from '../call.js';
import { BodyTooLargeError, type HttpRequest, type ResponseBody, type TakePiece } from './message.js';
import { socketFailure } from './socket-errors.js';

/** The body of an answer over `node:http`. Ends with an error when the connection does before the body. */
export class NodeBody implements ResponseBody {
  readonly buffered = undefined;
  onData: (() => void) | undefined = undefined;
  readonly #incoming: IncomingMessage;
  readonly #request: HttpRequest;
  readonly #call: Call;
  #reject: ((error: unknown) => void) | undefined;
  #cancelReason: { readonly reason: unknown } | undefined;

  constructor(incoming: IncomingMessage, request: HttpRequest, call: Call) {
    this.#incoming = incoming;
    this.#request = request;
    this.#call = call;
    call.cancellation.add(this.#abort);
  }

  bytes(limitBytes: number): Promise<Uint8Array> {
    const incoming = this.#incoming;
    return new Promise((resolve, reject) => {
      if (incoming.destroyed) {
        reject(this.#failure(incoming.errored));
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      this.#reject = reject;
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        this.onData?.();
        if (length <= limitBytes) return;
        reject(new BodyTooLargeError(limitBytes));
        this.discard();
      });
      incoming.on('end', () => {
        this.#forget();
        resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length));
      });
      // Also where the connection ends before the body does.
      incoming.on('error', (error) => {
        this.#forget();
        reject(this.#failure(error));
      });
    });
  }

  pipe(take: TakePiece): Promise<void> {
    const incoming = this.#incoming;
    return new Promise((resolve, reject) => {
      if (incoming.destroyed) {
        reject(this.#failure(incoming.errored));
        return;
      }
      /** The piece that is being taken, where that takes time. */
      let taking: Promise<void> | undefined;
      // Whoever is told of the failure may ask for the same bytes again: a piece must not be taken after that.
      const fail = (error: unknown) => {
        const tell = () => reject(error);
        if (taking === undefined) tell();
        else taking.then(tell, tell);
      };
      const refuse = (error: unknown) => {
        reject(error);
        this.discard();
      };
      this.#reject = fail;
      incoming.on('data', (piece: Buffer) => {
        try {
          const taken = take(piece);
          if (taken === undefined) return;
          incoming.pause();
          taking = taken.then(() => {
            taking = undefined;
            incoming.resume();
          });
          taking.catch(refuse);
        } catch (error) {
          refuse(error);
        }
      });
      incoming.on('end', () => {
        this.#forget();
        // Node tells of the end of a stream that is paused, too.
        if (taking === undefined) resolve();
        else taking.then(resolve, () => {});
      });
      incoming.on('error', (error) => {
        this.#forget();
        fail(this.#failure(error));
      });
    });
  }

  discard(): void {
    this.#forget();
    if (this.#incoming.complete) this.#incoming.resume();
    else this.#incoming.destroy();
    this.#reject?.(this.#failure({ message: 'the body was given up' }));
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      if (this.#incoming.destroyed) throw this.#incoming.errored;
      for await (const chunk of this.#incoming) yield chunk;
      if (!this.#incoming.complete) throw undefined;
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#forget();
    }
  }

  #abort = (reason: unknown): void => {
    this.#cancelReason = { reason };
    this.#incoming.destroy();
    this.#reject?.(reason);
  };

  #forget(): void {
    this.#call.cancellation.remove(this.#abort);
  }

  #failure(error: unknown): unknown {
    if (this.#cancelReason !== undefined) return this.#cancelReason.reason;
    const cause = error ?? { message: 'the body ended early' };
    return socketFailure(cause, true, { request: this.#request, call: this.#call });
  }
}
