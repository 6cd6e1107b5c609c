import type { IncomingMessage } from 'node:http';
import type { Call } from '../call.js';
import type { BodyFlow } from './body-flow.js';
import { Chunks, Whole } from './collected.js';
import { iteratePieces } from './iterate-pieces.js';
import { BodyTooLargeError, type HttpRequest, type ResponseBody, type TakePiece } from './message.js';
import { socketFailure } from './socket-errors.js';

export interface NodeAnswer {
  readonly incoming: IncomingMessage;
  /** Its body. */
  readonly flow: BodyFlow;
  readonly request: HttpRequest;
  readonly call: Call;
}

/** The body of an answer over `node:http`. Ends with an error when the connection does before the body. */
export class NodeBody implements ResponseBody {
  readonly buffered = undefined;
  onData: (() => void) | undefined = undefined;
  readonly #incoming: IncomingMessage;
  readonly #flow: BodyFlow;
  readonly #request: HttpRequest;
  readonly #call: Call;
  #reject: ((error: unknown) => void) | undefined;
  #cancelReason: { readonly reason: unknown } | undefined;

  constructor(answer: NodeAnswer) {
    this.#incoming = answer.incoming;
    this.#flow = answer.flow;
    this.#request = answer.request;
    this.#call = answer.call;
    this.#call.cancellation.add(this.#abort);
  }

  bytes(limitBytes: number): Promise<Uint8Array> {
    const incoming = this.#incoming;
    return new Promise((resolve, reject) => {
      if (incoming.destroyed) {
        reject(this.#failure(incoming.errored));
        return;
      }
      const { lentLength } = this.#flow;
      const whole = lentLength === undefined ? new Chunks() : new Whole(Math.min(lentLength, limitBytes));
      this.#reject = reject;
      incoming.on('end', () => {
        this.#forget();
        resolve(whole.bytes());
      });
      // Also where the connection ends before the body does.
      incoming.on('error', (error) => {
        this.#forget();
        reject(this.#failure(error));
      });
      this.#flow.start((chunk) => {
        this.onData?.();
        if (whole.length + chunk.length <= limitBytes) return whole.add(chunk);
        reject(new BodyTooLargeError(limitBytes));
        this.#flow.pause();
        this.discard();
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
        this.#flow.pause();
        this.discard();
      };
      this.#reject = fail;
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
      this.#flow.start((piece) => {
        try {
          const taken = take(piece);
          if (taken === undefined) return;
          this.#flow.pause();
          taking = taken.then(() => {
            taking = undefined;
            this.#flow.resume();
          });
          taking.catch(refuse);
        } catch (error) {
          refuse(error);
        }
      });
    });
  }

  discard(): void {
    this.#forget();
    if (this.#incoming.complete) this.#incoming.resume();
    else this.#incoming.destroy();
    this.#reject?.(this.#failure({ message: 'the body was given up' }));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return iteratePieces(this);
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
