import { systemClock } from '../core/clock.js';
import type { Transport } from '../core/http/message.js';
import { AccountKeyring, type RegenerateKeyRequest } from './account-keys.js';
import type { EngineSettings } from './engine/context.js';
import { createEngine, type Engine } from './engine/engine.js';
import {
  type EmulatorOptions,
  type EngineOptions,
  type ResolvedEngineOptions,
  type ResolvedServerOptions,
  resolveEmulatorOptions,
  resolveEngineOptions,
  wellKnownAccount,
} from './options.js';
import { hostRule, isLoopbackHost } from './server/hosts.js';
import { startServer } from './server/lifecycle.js';
import { type Certificate, selfSigned } from './server/self-signed.js';
import { MemoryStore } from './store/memory-store.js';
import { InProcessTransport } from './transport.js';

export type { RegenerateKeyRequest } from './account-keys.js';
export type { AnsweredRequest } from './engine/engine.js';
export {
  type EmulatorAccount,
  type EmulatorOptions,
  type EngineOptions,
  type ServerOptions,
  wellKnownAccount,
} from './options.js';
export type { BuiltInRole, RoleAssignment } from './role-options.js';

/** An emulator without a socket. */
export interface InProcessEmulator extends AsyncDisposable {
  /** Asks the emulator directly; give it to a client as its `transport`. */
  readonly transport: Transport;
  /** The URL of the File service as requests name it. */
  readonly filesEndpoint: string;
  /** What a client needs to reach the first account: its name, its key, the endpoint. */
  readonly connectionString: string;
  /**
   * Replaces a key of an account while requests go on: those that are signed with the old one, and signatures made with
   * it, are refused from now on.
   * @returns the new key, in base64.
   * @throws {ConfigurationError} `InvalidOption`.
   */
  regenerateKey(request?: RegenerateKeyRequest): string;
  /** Forgets everything. */
  close(): Promise<void>;
}

/** An emulator that listens. */
export interface Emulator extends InProcessEmulator {
  /** The URL of the File service: `http://127.0.0.1:10003/devstoreaccount1`. */
  readonly filesEndpoint: string;
  /** The certificate that HTTPS clients must trust, in PEM: given or made; `undefined` with plain HTTP. */
  readonly certificate: string | undefined;
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
  const { host, filesPort: port, allowedHosts } = resolved;
  const parts = makeParts(resolved, hostRule(host, allowedHosts));
  const tls = certificateOf(resolved);
  const server = await startServer(parts.engine, { host, port, portOption: 'filesPort', tls });
  const close = async (): Promise<void> => {
    await server.stop();
    await parts.store.close();
  };
  warnOfNetwork(resolved);
  // Set on the same object: its connection string is computed whenever it is asked for.
  return Object.assign(describe(resolved, parts, { origin: server.origin, close }), {
    certificate: tls?.cert,
  });
}

function warnOfNetwork({ host, accounts, onWarning }: ResolvedEngineOptions & ResolvedServerOptions): void {
  if (isLoopbackHost(host)) return;
  const isPublic = accounts.some(({ keys }) => keys.some((key) => wellKnownAccount.keys.includes(key)));
  const key = isPublic ? ' with a key that everybody knows' : '';
  const warning = `listening on ${host}: other machines can reach it and read and write everything${key}`;
  if (onWarning !== undefined) onWarning(warning);
  else process.emitWarning(`the emulator of azstore is ${warning}`, { code: 'AZSTORE_EMULATOR_EXPOSED' });
}

/** The names under which clients reach a server of their own machine, or the address that it listens on. */
function certificateOf({
  tls,
  host,
  accounts,
  allowedHosts,
}: ResolvedEngineOptions & ResolvedServerOptions): Certificate | undefined {
  if (tls !== 'make') return tls;
  const own = accounts.map(({ name }) => `${name}.file.localhost`);
  const elsewhere = host === '0.0.0.0' || host === '::' ? [] : [host];
  const names = new Set(['localhost', '127.0.0.1', '::1', ...own, ...elsewhere, ...allowedHosts]);
  // Clients judge it by the time of the machine, whatever the clock of the emulator says.
  return selfSigned([...names], systemClock.now());
}

/**
 * Makes an emulator that is reached through its `transport` only: for tests that need no socket.
 * @throws {ConfigurationError} `InvalidOption`.
 */
export function createEmulator(options: EngineOptions = {}): InProcessEmulator {
  const resolved = resolveEngineOptions(options);
  const parts = makeParts(resolved, undefined);
  return describe(resolved, parts, { origin: 'http://127.0.0.1:10003', close: () => parts.store.close() });
}

interface Parts {
  readonly engine: Engine;
  readonly store: MemoryStore;
  readonly keyring: AccountKeyring;
}

function makeParts(options: ResolvedEngineOptions, acceptsHost: EngineSettings['acceptsHost']): Parts {
  const store = new MemoryStore();
  const { clock, onFailure, onRequest, strictApiVersion, shareDeletionMs, shareRetentionDays, roles } =
    options;
  const keyring = new AccountKeyring(options.accounts);
  const engine = createEngine({
    store,
    clock,
    accounts: keyring.current,
    onFailure,
    onRequest,
    settings: { strictApiVersion, shareDeletionMs, shareRetentionDays, roles, acceptsHost },
  });
  engine.createShares(options.accounts[0].name, options.shares);
  return { engine, store, keyring };
}

interface Reach {
  readonly origin: string;
  readonly close: () => Promise<void>;
}

function describe(
  { accounts: [account] }: ResolvedEngineOptions,
  { engine, keyring }: Parts,
  { origin, close }: Reach,
): InProcessEmulator {
  const filesEndpoint = `${origin}/${account.name}`;
  const protocol = origin.slice(0, origin.indexOf(':'));
  return {
    transport: new InProcessTransport(engine),
    filesEndpoint,
    get connectionString() {
      return `DefaultEndpointsProtocol=${protocol};AccountName=${account.name};AccountKey=${keyring.primary};FileEndpoint=${filesEndpoint};`;
    },
    regenerateKey: (request = {}) => keyring.regenerate(request),
    close,
    [Symbol.asyncDispose]: close,
  };
}
