import type { Clock } from '../../core/clock.js';
import type { HttpHeaders } from '../../core/http/headers.js';
import type { HttpRequest, HttpResponse } from '../../core/http/message.js';
import { type CorsRule, type Store, type StoreWriter, shareKey } from '../store/store.js';
import { checkHost, credentialAccount, inProcess, usedPath } from './arrival.js';
import type { AccountKeys } from './authenticate.js';
import type { Peer } from './authority/admission.js';
import { type Entry, Gate, overrideHeaders, sasVersion } from './authority/gate.js';
import { type OperationName, type OperationRights, operationRights } from './authority/rights.js';
import { readBody } from './body.js';
import type { EngineSettings, OperationRow, RequestContext } from './context.js';
import { addCorsHeaders, preflight } from './cors.js';
import { errorReply } from './error-reply.js';
import { operations } from './files/operations.js';
import { newShare } from './files/shares.js';
import { Identity } from './identity.js';
import { carryOut } from './preconditions.js';
import { finishReply, type Reply } from './reply.js';
import { type Address, createRouter, parseAddress } from './route.js';
import { Refusal, type RefusalDetails } from './service-errors.js';
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
  /**
   * Answers one request. Rejects only when one of the owner's functions throws.
   * @param peer - Where it comes from. @defaultValue this process, by the scheme of its origin
   */
  handle(request: HttpRequest, peer?: Peer): Promise<HttpResponse>;
  /** Makes shares that are not there yet, without a request. */
  createShares(account: string, names: readonly string[]): void;
}

/** Makes the File service over a store. */
export function createEngine(options: EngineOptions): Engine {
  return new FileEngine(options);
}

const routeFileService = createRouter(Object.values(operations));

/** What is known of an operation beside its row. */
interface OperationFacts {
  readonly name: string;
  readonly rights: OperationRights;
}

const operationFacts: ReadonlyMap<OperationRow, OperationFacts> = new Map(
  Object.entries(operations).map(([name, row]) => [
    row,
    { name, rights: operationRights[name as OperationName] },
  ]),
);

/** What was learnt of a request, and is needed even when it is refused. */
interface KnownRequest {
  operation?: string | undefined;
  /** The version it goes by. */
  version?: string | undefined;
  corsRules?: readonly CorsRule[] | undefined;
}

/** A request that was let in, with its body. */
interface ReadRequest {
  readonly request: HttpRequest;
  readonly address: Address;
  readonly path: readonly string[];
  readonly version: string;
  readonly body: Uint8Array;
  readonly entry: Entry;
  readonly peer: Peer;
}

class FileEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #identity: Identity;
  readonly #gate: Gate;

  constructor(options: EngineOptions) {
    const { store, accounts, settings } = options;
    this.#options = options;
    this.#identity = new Identity(options.clock);
    this.#gate = new Gate({ store, accounts, identity: this.#identity, roles: settings.roles });
  }

  async handle(request: HttpRequest, peer: Peer = inProcess(request)): Promise<HttpResponse> {
    const { clock, onRequest } = this.#options;
    const startedAt = onRequest === undefined ? 0 : clock.monotonic();
    const requestId = this.#identity.requestId();
    const known: KnownRequest = { version: request.headers.get('x-ms-version') };
    let reply: Reply;
    let frontEnd: FrontEnd = false;
    try {
      reply = await this.#answer(request, peer, known);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : this.#failure(error);
      frontEnd = refusal.details.frontEnd ?? false;
      reply = errorReply(refusal, { requestId, now: this.#identity.now(), method: request.method });
    }
    this.#addCommonHeaders(reply.headers, request, { requestId, frontEnd, version: known.version });
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
  async #answer(request: HttpRequest, peer: Peer, known: KnownRequest): Promise<Reply> {
    const { store, settings } = this.#options;
    const { headers } = request;
    checkHost(request.origin, settings);
    const address = this.#addressOf(request);
    known.corsRules = store.read((view) => view.service(address.account)?.cors);
    if (request.method === 'OPTIONS') return preflight(known.corsRules ?? [], headers);
    const row = routeFileService(request.method, address, (name) => headers.has(name));
    const { name, rights } = operationFacts.get(row) as OperationFacts;
    known.operation = name;
    const given = checkVersion(known.version ?? sasVersion(address, headers), settings);
    known.version = given;
    const path = usedPath(address, headers);
    const entry =
      this.#gate.enterByKey(request, address, rights) ??
      this.#gate.enter({ request, address, row, rights, path, peer });
    const version = versionFor(row, given);
    refuseUnsupported(headers);
    checkTimeout(address.query);
    const body = await readBody(request, row);
    const read = { request, address, path, version, body, entry, peer };
    // From here to the reply nothing waits: what is checked cannot change before it is acted on.
    const reply =
      row.access === 'write'
        ? store.write((writer) => carryOut(row, this.#context(read, writer)))
        : // The row promises that its handler only reads.
          store.read((view) => carryOut(row, this.#context(read, view as StoreWriter)));
    overrideHeaders(reply.headers, entry.authority, name);
    return reply;
  }

  #addressOf({ origin, target, headers }: HttpRequest): Address {
    const { accounts } = this.#options;
    const otherwise = credentialAccount(target, headers, accounts);
    return parseAddress(origin, target, { accounts, otherwise });
  }

  #context(read: ReadRequest, store: StoreWriter): RequestContext {
    const { request, address, path, version, body, entry, peer } = read;
    return {
      account: address.account,
      version,
      headers: request.headers,
      query: address.query,
      shareName: address.shareName,
      path,
      serviceEndpoint: `${request.origin}${address.basePath}/`,
      body,
      now: this.#identity.now(),
      identity: this.#identity,
      settings: this.#options.settings,
      accounts: this.#options.accounts,
      authority: entry.authority,
      mayReplace: entry.mayReplace,
      delegation: this.#gate.delegation,
      peer,
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
    answer: { requestId: string; frontEnd: FrontEnd; version: string | undefined },
  ): void {
    headers.set(
      'Server',
      answer.frontEnd !== false ? 'Microsoft-HTTPAPI/2.0' : 'Windows-Azure-File/1.0 Microsoft-HTTPAPI/2.0',
    );
    headers.set('x-ms-request-id', answer.requestId);
    headers.set('Date', this.#identity.date());
    if (answer.frontEnd === true) return;
    if (answer.frontEnd === false) headers.setOptional('x-ms-version', answer.version);
    headers.setOptional('x-ms-client-request-id', request.headers.get('x-ms-client-request-id'));
  }
}

type FrontEnd = NonNullable<RefusalDetails['frontEnd']>;
