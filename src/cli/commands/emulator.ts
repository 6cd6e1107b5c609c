import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  type BuiltInRole,
  type Emulator,
  type EmulatorAccount,
  type RoleAssignment,
  startEmulator,
  wellKnownAccount,
} from '../../emulator/index.js';
import { ConfigurationError } from '../../files/index.js';
import type { Flag, Flags } from '../flags.js';
import { UsageError } from '../usage-error.js';
import type { Invocation, Verb } from '../verb.js';

const flags: readonly Flag[] = [
  {
    name: 'files-port',
    kind: 'integer',
    placeholder: 'port',
    max: 65_535,
    about: 'port of the File service, 0 for a free one (default 10003)',
  },
  {
    name: 'blobs-port',
    kind: 'integer',
    placeholder: 'port',
    max: 65_535,
    aliases: ['blobPort'],
    about: 'there is no Blob service yet: only 0 is accepted',
  },
  {
    name: 'host',
    kind: 'text',
    placeholder: 'address',
    aliases: ['blobHost'],
    about: 'address to listen on (default 127.0.0.1)',
  },
  {
    name: 'account',
    kind: 'list',
    placeholder: 'name:key[:key]',
    secret: true,
    about: 'an account, with one or two keys; may be given again (default devstoreaccount1)',
  },
  {
    name: 'share',
    kind: 'list',
    placeholder: 'name',
    about: 'a share to make at the start; may be given again',
  },
  {
    name: 'role',
    kind: 'list',
    placeholder: 'who=role[@share[/path]]',
    about: 'what the bearer of a token may do; may be given again (default: every token everything)',
  },
  { name: 'https', kind: 'switch', about: 'serve HTTPS, with a certificate that is made at the start' },
  { name: 'cert', kind: 'text', placeholder: 'file', about: 'certificate (PEM), to serve HTTPS' },
  { name: 'key', kind: 'text', placeholder: 'file', about: 'its private key (PEM)' },
  {
    name: 'allow-host',
    kind: 'list',
    placeholder: 'name',
    about: 'another name that clients may call it by; may be given again',
  },
  { name: 'strict-api-version', kind: 'switch', about: 'refuse an x-ms-version that is not known' },
  { name: 'location', kind: 'text', placeholder: 'directory', hidden: true, about: '' },
  {
    name: 'skip-api-version-check',
    kind: 'switch',
    aliases: ['skipApiVersionCheck'],
    hidden: true,
    about: '',
  },
  {
    name: 'in-memory-persistence',
    kind: 'switch',
    aliases: ['inMemoryPersistence'],
    hidden: true,
    about: '',
  },
  { name: 'disable-telemetry', kind: 'switch', aliases: ['disableTelemetry'], hidden: true, about: '' },
  {
    name: 'quiet',
    short: 'q',
    kind: 'switch',
    aliases: ['silent'],
    about: 'say nothing to people but errors',
  },
];

/** Runs an emulator of Azure Files until it is told to stop. */
export const emulator: Verb = {
  name: 'emulator',
  about: 'run an emulator of Azure Files, in memory, until it is interrupted',
  args: '',
  connects: false,
  flags,
  examples: [
    'azstore emulator --share data',
    "azstore emulator --https --role '*=Storage File Data Privileged Reader@data'",
    'azstore emulator --files-port 0 --json      one line when ready: {"files":URL,"connectionString":...}',
  ],
  run: serve,
};

async function serve(invocation: Invocation): Promise<void> {
  const { output, signal } = invocation;
  refuseWhatIsNotThere(invocation.flags);
  const host = invocation.flags.text('host') ?? '127.0.0.1';
  const running = await start(invocation, host);
  let certificate: TrustFile | undefined;
  try {
    certificate = await trustFile(running, invocation.flags);
    await announce(invocation, running, { host, certificate: certificate?.path });
    await aborted(signal);
  } catch (error) {
    // To be told to stop is how it ends, at whatever moment.
    if (!signal.aborted) throw error;
  } finally {
    await running.close();
    await certificate?.remove();
  }
  output.note('azstore emulator: stopped');
}

/** Where the certificate lies that clients must trust. */
interface TrustFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** The file that was given, or one for the certificate that was made: Node.js takes those to trust from files only. */
async function trustFile({ certificate }: Emulator, flags: Flags): Promise<TrustFile | undefined> {
  if (certificate === undefined) return undefined;
  const given = flags.text('cert');
  if (given !== undefined) return { path: resolve(given), remove: () => Promise.resolve() };
  const path = join(await mkdtemp(join(tmpdir(), 'azstore-')), 'emulator-cert.pem');
  await writeFile(path, certificate);
  return { path, remove: () => rm(dirname(path), { recursive: true, force: true }) };
}

function refuseWhatIsNotThere(flags: Flags): void {
  if (flags.text('location') !== undefined) {
    throw new UsageError(
      '--location: this version keeps everything in memory and cannot store it in a directory',
      'leave it out; what is stored is gone when the emulator ends',
    );
  }
  if ((flags.integer('blobs-port') ?? 0) !== 0) {
    throw new UsageError('--blobs-port: there is no Blob service in this version, only 0 is accepted');
  }
  if (flags.on('strict-api-version') && flags.on('skip-api-version-check')) {
    throw new UsageError('--strict-api-version and --skipApiVersionCheck contradict each other');
  }
}

async function start({ flags, output }: Invocation, host: string): Promise<Emulator> {
  const accounts = flags.list('account').map(parseAccount);
  for (const { keys } of accounts) for (const key of keys) output.redactor.hide(key);
  const [cert, key] = await Promise.all([readPem(flags, 'cert'), readPem(flags, 'key')]);
  try {
    return await startEmulator({
      host,
      cert,
      key,
      filesPort: flags.integer('files-port'),
      https: flags.on('https') || undefined,
      allowedHosts: flags.list('allow-host'),
      accounts: accounts.length === 0 ? undefined : accounts,
      roles: flags.list('role').length === 0 ? undefined : flags.list('role').map(parseRole),
      shares: flags.list('share'),
      strictApiVersion: flags.on('strict-api-version'),
      onWarning: (warning) => output.warn(`azstore emulator: WARNING: ${warning}`),
      onFailure: (error) =>
        output.warn(`azstore emulator: a request failed inside the emulator: ${describe(error)}`),
    });
  } catch (error) {
    if (error instanceof ConfigurationError) throw inFlags(error);
    throw error;
  }
}

/** The same message with the names that the command line has for the options. */
function inFlags(error: ConfigurationError): Error {
  const message = error.message
    .replace(/^host\b/, '--host')
    .replaceAll('filesPort', '--files-port')
    .replaceAll('blobsPort', '--blobs-port')
    .replace(/\baccounts\b/g, '--account')
    .replace(/\bshares\b/g, '--share')
    .replace(/\broles\b/g, '--role')
    .replace(/\ballowedHosts\b/g, '--allow-host');
  // A port that is taken is no mistake of the command line.
  return error.cause === undefined ? new UsageError(message) : new Error(message, { cause: error.cause });
}

function parseAccount(text: string): EmulatorAccount {
  const [name = '', ...keys] = text.split(':');
  if (keys.length > 0 && name !== '') return { name, keys };
  throw new UsageError('--account must have the form NAME:KEY or NAME:KEY:KEY');
}

/** `WHO=ROLE`, `WHO=ROLE@SHARE` or `WHO=ROLE@SHARE/PATH`. */
function parseRole(text: string): RoleAssignment {
  const [, principal, role, share, path] = /^([^=]+)=([^@]+)(?:@([^/]+)(?:\/(.*))?)?$/.exec(text) ?? [];
  if (principal === undefined || role === undefined) {
    throw new UsageError('--role must have the form WHO=ROLE, WHO=ROLE@SHARE or WHO=ROLE@SHARE/PATH');
  }
  // Whether there is such a role is for the emulator to say.
  return { principal, role: role as BuiltInRole, share, path };
}

async function readPem(flags: Flags, name: 'cert' | 'key'): Promise<string | undefined> {
  const path = flags.text(name);
  return path === undefined ? undefined : readFile(path, 'utf8');
}

async function announce(
  { output }: Invocation,
  running: Emulator,
  { host, certificate }: { host: string; certificate: string | undefined },
): Promise<void> {
  const filesEndpoint = reachable(running.filesEndpoint, host);
  const connectionString = withoutPrivateKeys(reachable(running.connectionString, host));
  if (output.mode.json) return output.values([{ files: filesEndpoint, connectionString, certificate }]);
  output.note(`azstore emulator: Azure Files at ${filesEndpoint}`);
  // Said even though it holds a key: it is the published one, or left out.
  output.say(`connection string: ${connectionString}`);
  if (certificate !== undefined) {
    output.note(`to trust it, start Node.js clients with NODE_EXTRA_CA_CERTS=${certificate}`);
  }
}

/** Nobody can connect to "all addresses"; the machine itself can use the loopback one. */
function reachable(text: string, host: string): string {
  if (host === '0.0.0.0') return text.replaceAll('//0.0.0.0:', '//127.0.0.1:');
  return host === '::' ? text.replaceAll('//[::]:', '//[::1]:') : text;
}

/** A key that somebody chose is theirs to know. */
function withoutPrivateKeys(connectionString: string): string {
  return connectionString.replace(/AccountKey=([^;]*);/, (pair: string, key: string) =>
    wellKnownAccount.keys.includes(key) ? pair : '',
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
