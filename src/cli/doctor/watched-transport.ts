import {
  type Call,
  createNodeTransport,
  type HttpRequest,
  type HttpResponse,
  type Transport,
} from '../../files/index.js';

/** Thrown in place of sending: what would have been sent is known then. */
export class NotSent extends Error {
  constructor() {
    super('held back');
    this.name = 'NotSent';
  }
}

/** Sends nothing at first, but keeps what was to be sent; later sends, and keeps what is told of the version. */
export class WatchedTransport implements Transport {
  readonly #inner: Transport;
  #sends = false;
  #last: HttpRequest | undefined;
  readonly #versions = new Set<string>();
  #echoed = false;

  constructor(connectTimeoutMs: number) {
    this.#inner = createNodeTransport({ connectTimeoutMs });
  }

  /** The last request, signed. */
  get last(): HttpRequest | undefined {
    return this.#last;
  }

  /** The service versions that were asked for. */
  get versions(): readonly string[] {
    return [...this.#versions].sort();
  }

  /** Whether the service has answered by one of them. */
  get echoed(): boolean {
    return this.#echoed;
  }

  /** From now on, requests are sent. */
  release(): void {
    this.#sends = true;
  }

  async send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    this.#last = request;
    if (!this.#sends) throw new NotSent();
    const version = request.headers.get('x-ms-version');
    if (version !== undefined) this.#versions.add(version);
    const response = await this.#inner.send(request, call);
    this.#echoed ||= version !== undefined && response.headers.get('x-ms-version') === version;
    return response;
  }

  async close(): Promise<void> {
    await this.#inner.close?.();
  }
}
