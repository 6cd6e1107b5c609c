import type { IncomingMessage } from 'node:http';
import type { Call } from '../call.js';
import { BodyTooLargeError, type HttpRequest, type ResponseBody } from './message.js';
import { socketFailure } from './socket-errors.js';

/** The body of an answer over `node:http`. Ends with an error when the connection does before the body. */
export class NodeBody implements ResponseBody {
  readonly buffered = undefined;
  onData: (() => void) | undefined = undefined;
  readonly #incoming: IncomingMessage;
  readonly #request: HttpRequest;
  readonly #call: Call;
  #cancelReason: { readonly reason: unknown } | undefined;

  constructor(incoming: IncomingMessage, request: HttpRequest, call: Call) {
    this.#incoming = incoming;
    this.#request = request;
    this.#call = call;
    call.cancellation.add(this.#abort);
    // One listener for good: without it an error of a body that nobody reads would end the process.
    incoming.on('error', this.#forget);
    incoming.on('end', this.#forget);
  }

  bytes(limitBytes: number): Promise<Uint8Array> {
    const incoming = this.#incoming;
    return new Promise((resolve, reject) => {
      if (incoming.destroyed && !incoming.readableEnded) {
        reject(this.#failure(incoming.errored));
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        this.onData?.();
        if (length <= limitBytes) return;
        reject(new BodyTooLargeError(limitBytes));
        this.discard();
      });
      incoming.on('end', () =>
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)),
      );
      incoming.on('error', (error) => reject(this.#failure(error)));
      incoming.on('close', () => reject(this.#failure(undefined)));
    });
  }

  discard(): void {
    this.#forget();
    if (this.#incoming.complete) this.#incoming.resume();
    else this.#incoming.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      for await (const chunk of this.#incoming) yield chunk;
      if (!this.#incoming.complete) throw this.#failure(undefined);
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#forget();
    }
  }

  #abort = (reason: unknown): void => {
    this.#cancelReason = { reason };
    this.#incoming.destroy();
  };

  #forget = (): void => {
    this.#call.cancellation.remove(this.#abort);
  };

  #failure(error: unknown): unknown {
    if (this.#cancelReason !== undefined) return this.#cancelReason.reason;
    return socketFailure(error ?? { message: 'the body ended early' }, true, {
      request: this.#request,
      call: this.#call,
    });
  }
}
