import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { longAnswer } from './long-answer.js';
import { LongBody } from './long-body.js';

/** What a socket reads at a time, at most. */
const bufferBytes = 128 * 1024;

const receiverOf = Symbol('receiver');
type ReceivingSocket = Socket & { [receiverOf]?: Receiver };

/** What sockets read into: one buffer for all of an agent, as everything in it is taken before the next one is read. */
export class ReceiveBuffer {
  /** Turns false when Node's parser turns out to be fed otherwise than known: all later sockets are Node's alone. */
  usable = true;
  #buffer: Buffer | undefined;

  get bytes(): Buffer {
    this.#buffer ??= Buffer.allocUnsafeSlow(bufferBytes);
    return this.#buffer;
  }
}

/**
 * Stands between a socket and Node's parser of HTTP. The parser copies every piece of a body into memory that it allocates
 * for it, which is most of what a download costs. So the body of a long answer goes past it: the parser is told of a body
 * of one byte, which it gets when the body has ended. Whose turn it is on a connection, and what becomes of it, stays with
 * Node. Everything that is not such an answer beyond doubt goes through the parser as it is.
 */
export class Receiver {
  /** Options for making the socket. */
  readonly onread: { readonly buffer: Uint8Array; callback(length: number): boolean };
  readonly #buffer: ReceiveBuffer;
  readonly #isIdle: () => boolean;
  #socket: Socket | undefined;
  /** Whether the next bytes are the beginning of an answer that may be long. */
  #expecting = false;
  #body: LongBody | undefined;
  #incoming: IncomingMessage | undefined;

  /** @param isIdle - Whether nobody waits for anything on the connection. */
  constructor(buffer: ReceiveBuffer, isIdle: () => boolean) {
    const { bytes } = buffer;
    this.#buffer = buffer;
    this.onread = { buffer: bytes, callback: (length) => this.#receive(bytes.subarray(0, length)) };
    this.#isIdle = isIdle;
  }

  attach(socket: ReceivingSocket): void {
    this.#socket = socket;
    socket[receiverOf] = this;
  }

  expect(): void {
    this.#expecting = true;
  }

  /** The long body of the answer that the parser has told of. */
  bodyOf(incoming: IncomingMessage): LongBody | undefined {
    this.#incoming = incoming;
    return this.#body;
  }

  /** @returns whether more may be read. */
  #receive(bytes: Buffer): boolean {
    if (this.#body !== undefined) return this.#body.receive(bytes);
    if (this.#expecting) return this.#begin(bytes);
    // An answer to nothing would be taken for that to the next request.
    if (this.#isIdle()) this.#socket?.destroy();
    else this.#parse(Buffer.from(bytes));
    return true;
  }

  #begin(bytes: Buffer): boolean {
    this.#expecting = false;
    const answer = longAnswer(bytes);
    if (answer === undefined) {
      this.#parse(Buffer.from(bytes));
      return true;
    }
    const { head, length } = answer;
    const body = new LongBody(length, {
      resume: () => this.#socket?.resume(),
      end: (last) => {
        this.#body = undefined;
        // Nobody reads the one byte; but the message ends only for a reader.
        this.#incoming?.resume();
        this.#parse(last);
      },
    });
    this.#body = body;
    this.#parse(head);
    return body.receive(bytes.subarray(head.length));
  }

  /** Node's parser listens to the socket. Better a connection that fails at once, and is made anew, than bytes that vanish. */
  #parse(bytes: Buffer): void {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed || socket.emit('data', bytes)) return;
    this.#buffer.usable = false;
    socket.destroy();
  }
}

/** The next answer on this connection may be a long one; called before the request goes out. */
export function expectLongAnswer(socket: ReceivingSocket): void {
  socket[receiverOf]?.expect();
}

/** The body of an answer that goes past the parser; everything else is read from the message itself. */
export function longBodyOf(incoming: IncomingMessage): LongBody | undefined {
  return (incoming.socket as ReceivingSocket)[receiverOf]?.bodyOf(incoming);
}
