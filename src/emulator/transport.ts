import type { Call } from '../core/call.js';
import { ConfigurationError } from '../core/errors.js';
import {
  bufferedBody,
  type HttpRequest,
  type HttpResponse,
  type ResponseBody,
  type Transport,
} from '../core/http/message.js';
import type { Engine } from './engine/engine.js';

/** A transport that asks an engine in the same process: no socket, no port, the same answers. */
export class InProcessTransport implements Transport {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    call.cancellation.throwIfCancelled();
    refuseUnsendable(request);
    const response = await this.#engine.handle(withLength(request));
    call.cancellation.throwIfCancelled();
    const { buffered } = response.body;
    if (request.method === 'HEAD') return { ...response, body: bufferedBody() };
    return {
      ...response,
      body: buffered === undefined ? new CopiedBody(response.body, call) : bufferedBody(buffered),
    };
  }
}

const unsendable = /[^\t\u0020-\u007e\u0080-\u00ff]/;
const token = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Refuses what no socket would take either. */
function refuseUnsendable({ headers }: HttpRequest): void {
  for (const [name, value] of headers) {
    if (!token.test(name)) {
      throw new ConfigurationError(
        'InvalidRequest',
        `HTTP has no header named ${JSON.stringify(name.slice(0, 80))}`,
      );
    }
    if (unsendable.test(value)) {
      throw new ConfigurationError('InvalidRequest', `header ${name} has a character that HTTP cannot carry`);
    }
  }
}

/** What a socket would do: the length of a body that is in memory is told. */
function withLength(request: HttpRequest): HttpRequest {
  const { body, headers } = request;
  if (!(body instanceof Uint8Array) || headers.has('content-length')) return request;
  return { ...request, headers: headers.clone().set('Content-Length', String(body.length)) };
}

/** Hands out copies, so that nobody can write into the store by writing into what was read. */
class CopiedBody implements ResponseBody {
  readonly buffered = undefined;
  readonly #body: ResponseBody;
  readonly #call: Call;

  constructor(body: ResponseBody, call: Call) {
    this.#body = body;
    this.#call = call;
  }

  bytes(limitBytes: number): Promise<Uint8Array> {
    return this.#body.bytes(limitBytes);
  }

  discard(): void {
    this.#body.discard();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for await (const piece of this.#body) {
      this.#call.cancellation.throwIfCancelled();
      yield new Uint8Array(piece);
    }
  }
}
