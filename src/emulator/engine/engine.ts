import type { Clock } from '../../core/clock.js';
import type { HttpHeaders } from '../../core/http/headers.js';
import type { HttpRequest, HttpResponse } from '../../core/http/message.js';
import { type CorsRule, type Store, type StoreWriter, shareKey } from '../store/store.js';
import { type AccountKeys, authenticate, signedAccount } from './authenticate.js';
import { readBody } from './body.js';
import type { EngineSettings, RequestContext } from './context.js';
import { addCorsHeaders, preflight } from './cors.js';
import { errorReply } from './error-reply.js';
import { withoutTrailingDots } from './files/names.js';
import { operations } from './files/operations.js';
import { newShare } from './files/shares.js';
import { Identity } from './identity.js';
import { carryOut } from './preconditions.js';
import { finishReply, type Reply } from './reply.js';
import { type Address, createRouter, parseAddress } from './route.js';
import { Refusal } from './service-errors.js';
import { checkTimeout, refuseUnsupported } from './unsupported.js';
import { checkVersion, versionFor } from './version.js';

/** What an engine runs on. */
export interface EngineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: AccountKeys;
  readonly settings: EngineSettings;
  /** Told of what should not happen: a failure of the engine itself, which is answered with a 500. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Told of every request that was answered. */
  readonly onRequest?: ((answered: AnsweredRequest) => void) | undefined;
}

/** A request and what became of it, for a log. */
export interface AnsweredRequest {
  readonly method: string;
  /** Path and query as they were sent, without a signature that stood in them. */
  readonly target: string;
  /** REST name of the operation, such as `PutRange`; `undefined` when the request was none. */
  readonly operation: string | undefined;
  readonly status: number;
  /** The error code, for a request that was refused. */
  readonly code: string | undefined;
  readonly requestId: string;
  /** From the head of the request to the head of the answer. */
  readonly durationMs: number;
}

/** The File service as a function. */
export interface Engine {
  /** Answers one request. Rejects only when one of the owner's functions throws. */
  handle(request: HttpRequest): Promise<HttpResponse>;
  /** Makes shares that are not there yet, without a request. */
  createShares(account: string, names: readonly string[]): void;
}

/** Makes the File service over a store. */
export function createEngine(options: EngineOptions): Engine {
  return new FileEngine(options);
}

const routeFileService = createRouter(Object.values(operations));
const operationNames = new Map(Object.entries(operations).map(([name, row]) => [row, name]));

/** What was learnt of a request, and is needed even when it is refused. */
interface KnownRequest {
  operation?: string | undefined;
  corsRules?: readonly CorsRule[] | undefined;
}

/** A request that was let in, with its body. */
interface ReadRequest {
  readonly request: HttpRequest;
  readonly address: Address;
  readonly version: string;
  readonly body: Uint8Array;
}

class FileEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #identity: Identity;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#identity = new Identity(options.clock);
  }

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const { clock, onRequest } = this.#options;
    const startedAt = onRequest === undefined ? 0 : clock.monotonic();
    const requestId = this.#identity.requestId();
    const known: KnownRequest = {};
    let reply: Reply;
    let frontEnd = false;
    try {
      reply = await this.#answer(request, known);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : this.#failure(error);
      frontEnd = refusal.details.frontEnd ?? false;
      reply = errorReply(refusal, { requestId, now: this.#identity.now(), method: request.method });
    }
    this.#addCommonHeaders(reply.headers, request, { requestId, frontEnd });
    if (known.corsRules !== undefined && request.method !== 'OPTIONS') {
      addCorsHeaders(reply.headers, known.corsRules, request);
    }
    if (onRequest !== undefined) {
      onRequest({
        method: request.method,
        target: request.target.replace(/([?&]sig=)[^&]*/gi, '$1REDACTED'),
        operation: known.operation,
        status: reply.status,
        code: reply.headers.get('x-ms-error-code'),
        requestId,
        durationMs: clock.monotonic() - startedAt,
      });
    }
    return finishReply(reply);
  }

  createShares(account: string, names: readonly string[]): void {
    this.#options.store.write((store) => {
      for (const name of names) {
        if (store.share(account, shareKey(name)) !== undefined) continue;
        const ticks = this.#identity.nextTicks();
        store.putShare(account, shareKey(name), newShare(store, { account, name, ticks }));
      }
    });
  }

  /** The stages of a request, in order; each one may refuse it. */
  async #answer(request: HttpRequest, known: KnownRequest): Promise<Reply> {
    const { store, accounts, settings } = this.#options;
    const address = this.#addressOf(request);
    known.corsRules = store.read((view) => view.service(address.account)?.cors);
    if (request.method === 'OPTIONS') return preflight(known.corsRules ?? [], request.headers);
    const row = routeFileService(request.method, address, (name) => request.headers.has(name));
    known.operation = operationNames.get(row);
    const given = checkVersion(request.headers.get('x-ms-version'), settings);
    authenticate(request, address, { keys: accounts, now: this.#identity.now() });
    const version = versionFor(row, given);
    refuseUnsupported(request.headers);
    checkTimeout(address.query);
    const body = await readBody(request, row);
    // From here to the reply nothing waits: what is checked cannot change before it is acted on.
    if (row.access === 'write') {
      return store.write((writer) =>
        carryOut(row, this.#context({ request, address, version, body }, writer)),
      );
    }
    // The row promises that its handler only reads.
    return store.read((view) =>
      carryOut(row, this.#context({ request, address, version, body }, view as StoreWriter)),
    );
  }

  #addressOf({ origin, target, headers }: HttpRequest): Address {
    return parseAddress(origin, target, {
      accounts: this.#options.accounts,
      otherwise: signedAccount(headers),
    });
  }

  #context({ request, address, version, body }: ReadRequest, store: StoreWriter): RequestContext {
    const keepsDots = request.headers.get('x-ms-allow-trailing-dot')?.toLowerCase() === 'true';
    return {
      account: address.account,
      version,
      headers: request.headers,
      query: address.query,
      shareName: address.shareName,
      path: keepsDots ? address.path : withoutTrailingDots(address.path),
      serviceEndpoint: `${request.origin}${address.basePath}/`,
      body,
      now: this.#identity.now(),
      identity: this.#identity,
      settings: this.#options.settings,
      accounts: this.#options.accounts,
      store,
    };
  }

  #failure(error: unknown): Refusal {
    this.#options.onFailure?.(error);
    return new Refusal('InternalError');
  }

  #addCommonHeaders(
    headers: HttpHeaders,
    request: HttpRequest,
    answer: { requestId: string; frontEnd: boolean },
  ): void {
    headers.set(
      'Server',
      answer.frontEnd ? 'Microsoft-HTTPAPI/2.0' : 'Windows-Azure-File/1.0 Microsoft-HTTPAPI/2.0',
    );
    headers.set('x-ms-request-id', answer.requestId);
    headers.set('Date', this.#identity.date());
    if (answer.frontEnd) return;
    headers.setOptional('x-ms-version', request.headers.get('x-ms-version'));
    headers.setOptional('x-ms-client-request-id', request.headers.get('x-ms-client-request-id'));
  }
}
