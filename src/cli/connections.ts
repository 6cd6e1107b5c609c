import { AzureFilesClient, type ClientOptions } from '../files/index.js';
import type { Flags } from './flags.js';
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

  constructor(flags: Flags, env: Environment, redactor: Redactor) {
    this.#flags = flags;
    this.#env = env;
    this.#redactor = redactor;
  }

  /** The client for a location; two locations of the same endpoint get the same one. */
  client({ account }: RemoteLocation): AzureFilesClient {
    const key = JSON.stringify([account?.endpoint, account?.sasToken]);
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = AzureFilesClient.fromEnvironment(
      clientOptions(this.#flags, account, this.#env),
      this.#env,
    );
    for (const secret of secretsOf(account, this.#env)) this.#redactor.hide(secret);
    this.#clients.set(key, client);
    return client;
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }
}

/** Options for the library, which looks into the environment itself for what is not among them. */
export function clientOptions(
  flags: Flags,
  account: UrlAccount | undefined,
  env: Environment,
): ClientOptions {
  const seconds = flags.integer('timeout');
  const given = credentials(flags, account);
  // A key or SAS that was given needs the account; its name may come from elsewhere, unless a URL tells.
  const needsName = given !== undefined && given.type !== 'connection_string' && account === undefined;
  const name = needsName ? (env.AZURE_STORAGE_ACCOUNT ?? env.AZURE_STORAGE_ACCOUNT_NAME) : undefined;
  const options: { [Name in keyof ClientOptions]?: ClientOptions[Name] | undefined } = {
    accountName: flags.text('account-name') ?? name,
    endpoint: account?.endpoint ?? flags.text('endpoint'),
    credentials: given,
    apiVersion: flags.text('api-version'),
    timeoutMs: seconds === undefined ? undefined : seconds * 1000,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

const kinds = ['connection-string', 'sas-token', 'account-key'] as const;

/** A signature in the URL comes first, then flags, then their environment variables; within these the rule of the library. */
function credentials(flags: Flags, account: UrlAccount | undefined): Credentials | undefined {
  if (account?.sasToken !== undefined) return { type: 'sas_token', token: account.sasToken };
  const onLine = kinds.filter((kind) => flags.origin(kind) === 'flag');
  if (onLine.length > 1) {
    throw new UsageError(`only one of ${onLine.map((kind) => `--${kind}`).join(' and ')} can be given`);
  }
  const kind = onLine[0] ?? kinds.find((name) => flags.text(name) !== undefined);
  return kind === undefined ? undefined : credentialsOf(kind, flags.text(kind) ?? '');
}

function credentialsOf(kind: (typeof kinds)[number], text: string): Credentials {
  switch (kind) {
    case 'connection-string':
      return { type: 'connection_string', connectionString: text };
    case 'sas-token':
      return { type: 'sas_token', token: text };
    case 'account-key':
      return { type: 'shared_key', key: text };
  }
}

/** What must not be printed although no flag holds it. */
function secretsOf(account: UrlAccount | undefined, env: Environment): string[] {
  const names = ['CONNECTION_STRING', 'KEY', 'ACCOUNT_KEY', 'SAS_TOKEN'];
  const fromEnvironment = names.map((name) => env[`AZURE_STORAGE_${name}`] ?? '');
  return [account?.sasToken ?? '', ...fromEnvironment].filter((text) => text !== '');
}
