import { type Clock, systemClock } from '../core/clock.js';
import { ConfigurationError } from '../core/errors.js';
import { shown } from '../core/option-checks.js';
import type { Grant } from './engine/authority/roles.js';
import type { AnsweredRequest } from './engine/engine.js';
import { type RoleAssignment, resolveRoles } from './role-options.js';

/** The account every emulator of Azure Storage knows, with its published key. */
export const wellKnownAccount: EmulatorAccount = Object.freeze({
  name: 'devstoreaccount1',
  keys: Object.freeze([
    'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  ]),
});

/** A storage account of the emulator. */
export interface EmulatorAccount {
  /** 3 to 24 lower-case letters and digits. */
  readonly name: string;
  /** One or two keys in base64; both are valid at once. */
  readonly keys: readonly string[];
}

/** Options of {@link createEmulator} and, together with {@link ServerOptions}, of {@link startEmulator}. */
export interface EngineOptions {
  /** @defaultValue `devstoreaccount1` with the published key */
  readonly accounts?: readonly EmulatorAccount[] | undefined;
  /** Shares that are there from the beginning, in the first account. @defaultValue none */
  readonly shares?: readonly string[] | undefined;
  /**
   * What the bearers of tokens may do. @defaultValue everything, whoever they are: the tokens need only be well formed,
   * as their signatures cannot be checked
   */
  readonly roles?: readonly RoleAssignment[] | undefined;
  /** Refuses an `x-ms-version` that the emulator does not know. @defaultValue false: any well-formed one is taken */
  readonly strictApiVersion?: boolean | undefined;
  /** How long the name of a deleted share stays taken, in milliseconds. @defaultValue 30000, as in Azure at the least */
  readonly shareDeletionMs?: number | undefined;
  /** How many days a deleted share is kept and can be restored, up to 365. @defaultValue 0: it is gone at once */
  readonly shareRetentionDays?: number | undefined;
  /** @defaultValue the clock of the machine */
  readonly clock?: Clock | undefined;
  /** Told of failures of the emulator itself, which are answered with a 500. @defaultValue nobody */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Told of every request that was answered, for a log; must not throw. @defaultValue nobody */
  readonly onRequest?: ((answered: AnsweredRequest) => void) | undefined;
}

/** Where the emulator listens. */
export interface ServerOptions {
  /** @defaultValue `127.0.0.1` */
  readonly host?: string | undefined;
  /** Port of the File service; 0 = any free one. @defaultValue 10003 */
  readonly filesPort?: number | undefined;
  /** There is no Blob service yet: only 0 is accepted. @defaultValue 0 */
  readonly blobsPort?: number | undefined;
  /** Certificate in PEM, for HTTPS; needs {@link key}. @defaultValue none: plain HTTP */
  readonly cert?: string | undefined;
  /** Private key in PEM, for HTTPS; needs {@link cert}. @defaultValue none: plain HTTP */
  readonly key?: string | undefined;
  /**
   * Serves HTTPS with a certificate that is made at the start, when {@link cert} names none: see
   * `Emulator.certificate`. @defaultValue false
   */
  readonly https?: boolean | undefined;
  /**
   * Names by which clients may call an emulator that listens on a loopback address, beside those of this machine and
   * of its accounts. Requests to other names are refused: a page of such a name, whose address was changed to this
   * machine's, could use the emulator from within a browser. @defaultValue none
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /**
   * Told once, in a sentence, when other machines can reach it because {@link host} is no loopback address.
   * @defaultValue a warning of the process, which Node.js prints on standard error
   */
  readonly onWarning?: ((warning: string) => void) | undefined;
}

export type EmulatorOptions = EngineOptions & ServerOptions;

export interface ResolvedEngineOptions {
  readonly accounts: readonly [EmulatorAccount, ...EmulatorAccount[]];
  readonly shares: readonly string[];
  readonly roles: readonly Grant[] | undefined;
  readonly strictApiVersion: boolean;
  readonly shareDeletionMs: number;
  readonly shareRetentionDays: number;
  readonly clock: Clock;
  readonly onFailure: ((error: unknown) => void) | undefined;
  readonly onRequest: ((answered: AnsweredRequest) => void) | undefined;
}

export interface ResolvedServerOptions {
  readonly host: string;
  readonly filesPort: number;
  /** Certificate and key; `make` = one is to be made. */
  readonly tls: { readonly cert: string; readonly key: string } | 'make' | undefined;
  readonly allowedHosts: readonly string[];
  readonly onWarning: ((warning: string) => void) | undefined;
}

const engineKeys = [
  'accounts',
  'shares',
  'roles',
  'strictApiVersion',
  'shareDeletionMs',
  'shareRetentionDays',
  'clock',
  'onFailure',
  'onRequest',
] as const satisfies readonly (keyof EngineOptions)[];
const serverKeys = [
  'host',
  'filesPort',
  'blobsPort',
  'cert',
  'key',
  'https',
  'allowedHosts',
  'onWarning',
] as const satisfies readonly (keyof ServerOptions)[];

/** Checks the options of an emulator without a socket and fills in the defaults. @throws {ConfigurationError} */
export function resolveEngineOptions(user: EngineOptions): ResolvedEngineOptions {
  refuseUnknown(user, engineKeys);
  return engineOptions(user);
}

/** Checks the options of an emulator that listens and fills in the defaults. @throws {ConfigurationError} */
export function resolveEmulatorOptions(user: EmulatorOptions): ResolvedEngineOptions & ResolvedServerOptions {
  refuseUnknown(user, [...engineKeys, ...serverKeys]);
  const { blobsPort = 0, cert, key } = user;
  if (blobsPort !== 0) {
    throw invalid(
      `blobsPort must be 0, because there is no Blob service in the emulator yet, got ${shown(blobsPort)}`,
    );
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw invalid(`cert and key go together, got only ${cert === undefined ? 'key' : 'cert'}`);
  }
  if (cert !== undefined && user.https === false) throw invalid('https: false contradicts cert and key');
  return {
    ...engineOptions(user),
    allowedHosts: (user.allowedHosts ?? []).map(checkedHost),
    host: checkedAddress(user.host ?? '127.0.0.1'),
    onWarning: user.onWarning,
    filesPort: integer('filesPort', user.filesPort ?? 10_003, 65_535),
    tls: cert === undefined || key === undefined ? madeTls(user.https) : { cert, key },
  };
}

/** Without a certificate: one is to be made for HTTPS. */
function madeTls(https: boolean | undefined): 'make' | undefined {
  return https === true ? 'make' : undefined;
}

function engineOptions(user: EngineOptions): ResolvedEngineOptions {
  const accounts = resolveAccounts(user.accounts ?? [wellKnownAccount]);
  return {
    accounts,
    roles: resolveRoles(
      user.roles,
      accounts.map(({ name }) => name),
    ),
    shares: (user.shares ?? []).map(checkedShare),
    strictApiVersion: user.strictApiVersion ?? false,
    shareDeletionMs: integer('shareDeletionMs', user.shareDeletionMs ?? 30_000, Number.MAX_SAFE_INTEGER),
    shareRetentionDays: integer('shareRetentionDays', user.shareRetentionDays ?? 0, 365),
    clock: user.clock ?? systemClock,
    onFailure: user.onFailure,
    onRequest: user.onRequest,
  };
}

function resolveAccounts(
  accounts: readonly EmulatorAccount[],
): readonly [EmulatorAccount, ...EmulatorAccount[]] {
  const [first, ...rest] = accounts.map(checkedAccount);
  if (first === undefined) throw invalid('accounts must hold at least one account, got none');
  const names = accounts.map((account) => account.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`accounts must have different names, got ${twice} twice`);
  return [first, ...rest];
}

function checkedAccount({ name, keys }: EmulatorAccount, index: number): EmulatorAccount {
  if (!/^[a-z0-9]{3,24}$/.test(name)) {
    throw invalid(
      `accounts[${index}].name must be 3 to 24 lower-case letters and digits, got ${shown(name)}`,
    );
  }
  if (keys.length < 1 || keys.length > 2) {
    throw invalid(`accounts[${index}].keys must hold one or two keys, got ${keys.length}`);
  }
  // The key itself stays out of the message.
  if (!keys.every(isBase64)) throw invalid(`accounts[${index}].keys must be base64`);
  return { name, keys: [...keys] };
}

/** Whether a text can be a key. */
export function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
}

/** Without a name, all addresses of the machine would be meant. */
function checkedAddress(host: string): string {
  if (typeof host === 'string' && host.trim() !== '') return host.trim();
  throw invalid(`host must be an address of this machine, such as 127.0.0.1, got ${shown(host)}`);
}

function checkedHost(name: string, index: number): string {
  if (/^[a-z0-9_.:-]+$/i.test(name) && !/^[^:]*:\d+$/.test(name)) return name.toLowerCase();
  throw invalid(
    `allowedHosts[${index}] must be the name or the address of a host, without a port, got ${shown(name)}`,
  );
}

function checkedShare(name: string, index: number): string {
  if (/^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) return name;
  throw invalid(
    `shares[${index}] must be 3 to 63 lower-case letters, digits and single dashes, got ${shown(name)}`,
  );
}

function integer(option: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw invalid(`${option} must be an integer from 0 to ${most}, got ${shown(value)}`);
}

/** Nothing that is much longer than the names of options. */
function nameOf(key: string): string {
  return /^\w{1,30}$/.test(key) ? key : shown(key);
}

function refuseUnknown(user: object, known: readonly string[]): void {
  const unknown = Object.keys(user).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw invalid(`${nameOf(unknown)} is not an option of the emulator; there are ${known.join(', ')}`);
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('InvalidOption', message);
}
