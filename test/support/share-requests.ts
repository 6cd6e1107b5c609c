import { sharedKeyAuthorization } from '../../src/core/auth/shared-key.js';
import type { Clock } from '../../src/core/clock.js';
import { HttpHeaders } from '../../src/core/http/headers.js';
import type { HttpResponse } from '../../src/core/http/message.js';
import { formatRfc1123 } from '../../src/core/wire/dates.js';
import type { EngineSettings } from '../../src/emulator/engine/context.js';
import { createEngine, type Engine } from '../../src/emulator/engine/engine.js';
import { wellKnownAccount } from '../../src/emulator/options.js';
import { MemoryStore } from '../../src/emulator/store/memory-store.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';

/** What a test sends; the rest of the request is made for it. */
export interface Sent {
  readonly method: string;
  /** Path below the account, and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** A body that arrives in pieces, instead of `body`; its length is told only by a header. */
  readonly stream?: AsyncIterable<Uint8Array>;
  readonly version?: string;
  /** @defaultValue the well-known account */
  readonly account?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The error code in the header. */
  readonly code: string | undefined;
}

const origin = 'http://127.0.0.1:10003';
const key = wellKnownAccount.keys[0] ?? '';

/** An engine of its own over an empty store, and a way to send it signed requests without a socket. */
export class ShareRequests {
  readonly clock: ManualClock;
  readonly engine: Engine;
  readonly store = new MemoryStore();
  readonly failures: unknown[] = [];
  readonly #version: string;

  constructor(
    version = '2026-04-06',
    accounts = [wellKnownAccount.name],
    settings: Partial<EngineSettings> = {},
  ) {
    this.#version = version;
    this.clock = new ManualClock();
    this.engine = createEngine({
      store: this.store,
      clock: this.clock satisfies Clock,
      accounts: new Map(accounts.map((name) => [name, [key]])),
      settings: { shareDeletionMs: 30_000, strictApiVersion: false, ...settings },
      onFailure: (error) => this.failures.push(error),
    });
  }

  /** Signs and sends. */
  async send(sent: Sent): Promise<Answer> {
    const { method, body, account = wellKnownAccount.name } = sent;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const headers = HttpHeaders.of({
      'x-ms-version': sent.version ?? this.#version,
      'x-ms-date': formatRfc1123(this.clock.now()),
      'Content-Length': bytes === undefined ? undefined : String(bytes.length),
      ...sent.headers,
    });
    const target = `/${account}${sent.target}`;
    headers.set('Authorization', sharedKeyAuthorization(account, key, { method, target, headers }));
    return read(await this.engine.handle({ method, origin, target, headers, body: sent.stream ?? bytes }));
  }

  put(target: string, headers: Record<string, string> = {}, body?: Uint8Array | string): Promise<Answer> {
    return this.send({ method: 'PUT', target, headers, ...(body === undefined ? {} : { body }) });
  }

  get(target: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send({ method: 'GET', target, headers });
  }

  head(target: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send({ method: 'HEAD', target, headers });
  }

  delete(target: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send({ method: 'DELETE', target, headers });
  }

  /** Makes the share that the other methods work in. */
  createShare(name = 'share'): Promise<Answer> {
    return this.put(`/${name}?restype=share`);
  }

  createDirectory(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.put(`/share/${path}?restype=directory`, headers);
  }

  createFile(path: string, size = 0, headers: Record<string, string> = {}): Promise<Answer> {
    return this.put(`/share/${path}`, {
      'x-ms-type': 'file',
      'x-ms-content-length': String(size),
      ...headers,
    });
  }

  putRange(
    path: string,
    at: { start: number; bytes: Uint8Array | string },
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const range = `bytes=${at.start}-${at.start + at.bytes.length - 1}`;
    return this.put(
      `/share/${path}?comp=range`,
      { 'x-ms-write': 'update', 'x-ms-range': range, ...headers },
      at.bytes,
    );
  }

  clearRange(path: string, range: string): Promise<Answer> {
    return this.put(`/share/${path}?comp=range`, { 'x-ms-write': 'clear', 'x-ms-range': range });
  }
}

/** Reads an answer of the engine whole. */
export async function read(response: HttpResponse): Promise<Answer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of response.body) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const { status, headers } = response;
  return { status, headers, bytes, text: bytes.toString('utf8'), code: headers.get('x-ms-error-code') };
}
