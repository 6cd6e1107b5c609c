import { AzureFilesClient, type ClientOptions } from '../files/index.js';
import { type AuthMode, authModeFlag, authModeOf, identityFor } from './auth-mode.js';
import { environmentName, type Flags } from './flags.js';
import type { RemoteLocation, UrlAccount } from './locations.js';
import type { Redactor } from './redact.js';
import { UsageError } from './usage-error.js';

type Credentials = NonNullable<ClientOptions['credentials']>;
type Environment = Readonly<Record<string, string | undefined>>;

/** The clients of one run: one for each endpoint and signature that its locations name. */
export class Connections {
  readonly #flags: Flags;
  readonly #env: Environment;
  readonly #redactor: Redactor;
  readonly #clients = new Map<string, AzureFilesClient>();
  readonly #open = new Set<AzureFilesClient>();

  constructor(flags: Flags, env: Environment, redactor: Redactor) {
    this.#flags = flags;
    this.#env = env;
    this.#redactor = redactor;
  }

  /** The client for a location; two locations of the same endpoint get the same one. */
  client(location: RemoteLocation): AzureFilesClient {
    const { account } = location;
    const key = JSON.stringify([account?.endpoint, account?.sasToken]);
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = this.open(location);
    this.#clients.set(key, client);
    return client;
  }

  /** A client of its own for a location, with options beside those that flags and environment give. */
  open({ account }: RemoteLocation, more: ClientOptions = {}): AzureFilesClient {
    for (const secret of secretsOf(account, this.#env)) this.#redactor.hide(secret);
    const options = clientOptions(this.#flags, account, this.#env);
    const environment = environmentFor(this.#flags, this.#env);
    const client = AzureFilesClient.fromEnvironment({ ...options, ...more }, environment);
    this.#open.add(client);
    return client;
  }

  /** A client that cannot sign, for what is known of an account without credentials. */
  unsigned(location: RemoteLocation, more: ClientOptions): AzureFilesClient {
    const accountName = this.#flags.text('account-name') ?? accountIn(this.#env);
    const named = accountName === undefined || location.account !== undefined ? {} : { accountName };
    return this.open(location, { ...more, ...named, credentials: { type: 'token', credential: nobody } });
  }

  /**
   * What names the credentials for a location: a flag, its environment variable, or the URL. `undefined` where the library
   * looks into the environment itself.
   */
  origin({ account }: RemoteLocation): string | undefined {
    return chosenCredentials(this.#flags, account, this.#env)?.from;
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((client) => client.close()));
  }
}

/** Options for the library, which looks into the environment itself for what is not among them. */
export function clientOptions(
  flags: Flags,
  account: UrlAccount | undefined,
  env: Environment,
): ClientOptions {
  const seconds = flags.integer('timeout');
  const given = chosenCredentials(flags, account, env)?.credentials;
  // A key or SAS that was given needs the account; its name may come from elsewhere, unless a URL tells.
  const needsName = given !== undefined && given.type !== 'connection_string' && account === undefined;
  const name = needsName ? accountIn(env) : undefined;
  const options: { [Name in keyof ClientOptions]?: ClientOptions[Name] | undefined } = {
    accountName: flags.text('account-name') ?? name,
    endpoint: account?.endpoint ?? flags.text('endpoint'),
    credentials: given,
    apiVersion: flags.text('api-version'),
    timeoutMs: seconds === undefined ? undefined : seconds * 1000,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function accountIn(env: Environment): string | undefined {
  return env.AZURE_STORAGE_ACCOUNT ?? env.AZURE_STORAGE_ACCOUNT_NAME;
}

const nobody = { getToken: () => Promise.resolve(null) };

/** With `--auth-mode key`, a login that the environment asks for does not count. */
function environmentFor(flags: Flags, env: Environment): Environment {
  return authModeOf(flags) === 'key' ? { ...env, AZURE_STORAGE_AUTH_MODE: 'key' } : env;
}

/** In the order that counts within the same place, which is that of the library. */
const kinds = ['connection-string', authModeFlag.name, 'sas-token', 'account-key'] as const;
type Kind = (typeof kinds)[number];

interface ChosenCredentials {
  readonly credentials: Credentials;
  readonly from: string;
}

/** A signature in the URL comes first, then flags, then their environment variables; within these the rule of the library. */
function chosenCredentials(
  flags: Flags,
  account: UrlAccount | undefined,
  env: Environment,
): ChosenCredentials | undefined {
  if (account?.sasToken !== undefined) {
    return { credentials: { type: 'sas_token', token: account.sasToken }, from: 'the URL' };
  }
  const mode = authModeOf(flags);
  // `key` says which of the others are meant, and is no credential itself.
  const given = kinds.filter(
    (name) => flags.text(name) !== undefined && !(name === authModeFlag.name && mode === 'key'),
  );
  const onLine = given.filter((name) => flags.origin(name) === 'flag');
  if (onLine.length > 1) {
    throw new UsageError(`only one of ${onLine.map((kind) => `--${kind}`).join(' and ')} can be given`);
  }
  const kind = onLine[0] ?? given[0];
  if (kind === undefined) return undefined;
  const from = flags.origin(kind) === 'flag' ? `--${kind}` : environmentName(kind);
  return { credentials: credentialsOf(kind, { text: flags.text(kind) ?? '', mode, env }), from };
}

function credentialsOf(
  kind: Kind,
  {
    text,
    mode,
    env,
  }: { readonly text: string; readonly mode: AuthMode | undefined; readonly env: Environment },
): Credentials {
  switch (kind) {
    case 'connection-string':
      return { type: 'connection_string', connectionString: text };
    case 'auth-mode':
      return identityFor(mode, env);
    case 'sas-token':
      return { type: 'sas_token', token: text };
    case 'account-key':
      return { type: 'shared_key', key: text };
  }
}

/** Variables of the library that hold secrets. */
const secretVariables = ['CONNECTION_STRING', 'KEY', 'ACCOUNT_KEY', 'SAS_TOKEN'].map(
  (name) => `AZURE_STORAGE_${name}`,
);

/** What must not be printed although no flag holds it. */
function secretsOf(account: UrlAccount | undefined, env: Environment): string[] {
  const texts = [account?.sasToken, ...secretVariables.map((name) => env[name])];
  return texts.filter((text) => text !== undefined);
}
