import type { Transport } from '../core/http/message.js';
import { createEngine, type Engine } from './engine/engine.js';
import {
  type EmulatorOptions,
  type EngineOptions,
  type ResolvedEngineOptions,
  resolveEmulatorOptions,
  resolveEngineOptions,
} from './options.js';
import { startServer } from './server/lifecycle.js';
import { MemoryStore } from './store/memory-store.js';
import { InProcessTransport } from './transport.js';

export type { AnsweredRequest } from './engine/engine.js';
export {
  type EmulatorAccount,
  type EmulatorOptions,
  type EngineOptions,
  type ServerOptions,
  wellKnownAccount,
} from './options.js';

/** An emulator without a socket. */
export interface InProcessEmulator extends AsyncDisposable {
  /** Asks the emulator directly; give it to a client as its `transport`. */
  readonly transport: Transport;
  /** The URL of the File service as requests name it. */
  readonly filesEndpoint: string;
  /** What a client needs to reach the first account: its name, its key, the endpoint. */
  readonly connectionString: string;
  /** Forgets everything. */
  close(): Promise<void>;
}

/** An emulator that listens. */
export interface Emulator extends InProcessEmulator {
  /** The URL of the File service: `http://127.0.0.1:10003/devstoreaccount1`. */
  readonly filesEndpoint: string;
  /** Stops listening, waits for requests under way, and forgets everything. */
  close(): Promise<void>;
}

/**
 * Starts an emulator of the Azure File service, in memory, on a port of this machine.
 *
 * ```ts
 * await using emulator = await startEmulator({ filesPort: 0, shares: ['data'] });
 * ```
 * @throws {ConfigurationError} `InvalidOption`, also when the port is taken.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveEmulatorOptions(options);
  const parts = makeParts(resolved);
  const { host, filesPort: port, tls } = resolved;
  const server = await startServer(parts.engine, { host, port, portOption: 'filesPort', tls });
  const close = async (): Promise<void> => {
    await server.stop();
    await parts.store.close();
  };
  return describe(resolved, { origin: server.origin, engine: parts.engine, close });
}

/**
 * Makes an emulator that is reached through its `transport` only: for tests that need no socket.
 * @throws {ConfigurationError} `InvalidOption`.
 */
export function createEmulator(options: EngineOptions = {}): InProcessEmulator {
  const resolved = resolveEngineOptions(options);
  const { engine, store } = makeParts(resolved);
  return describe(resolved, { origin: 'http://127.0.0.1:10003', engine, close: () => store.close() });
}

function makeParts(options: ResolvedEngineOptions): { engine: Engine; store: MemoryStore } {
  const store = new MemoryStore();
  const { clock, onFailure, onRequest, strictApiVersion, shareDeletionMs, shareRetentionDays } = options;
  const accounts = new Map(options.accounts.map(({ name, keys }) => [name, keys]));
  const engine = createEngine({
    store,
    clock,
    accounts,
    onFailure,
    onRequest,
    settings: { strictApiVersion, shareDeletionMs, shareRetentionDays },
  });
  engine.createShares(options.accounts[0].name, options.shares);
  return { engine, store };
}

interface Reach {
  readonly origin: string;
  readonly engine: Engine;
  readonly close: () => Promise<void>;
}

function describe(
  { accounts: [account] }: ResolvedEngineOptions,
  { origin, engine, close }: Reach,
): Emulator {
  const filesEndpoint = `${origin}/${account.name}`;
  const protocol = origin.slice(0, origin.indexOf(':'));
  return {
    transport: new InProcessTransport(engine),
    filesEndpoint,
    connectionString: `DefaultEndpointsProtocol=${protocol};AccountName=${account.name};AccountKey=${account.keys[0]};FileEndpoint=${filesEndpoint};`,
    close,
    [Symbol.asyncDispose]: close,
  };
}
