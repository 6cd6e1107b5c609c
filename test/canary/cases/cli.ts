import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verbs } from '../../../src/cli/commands/index.js';
import { startEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient, generateAccountSas } from '../../../src/files/index.js';
import { type CliOptions, runCli } from '../../support/cli.js';
import { httpServer } from '../../support/raw-server.js';
import type { Canary, CanaryCase } from '../canary.js';

const account = 'canaryacct';

/** What verbs are given beside flags. A verb that is not here is called with a location. */
const argumentsOf: Readonly<Record<string, (place: string, local: string) => readonly string[]>> = {
  cp: (place, local) => [place, join(local, 'copy')],
  sync: (place, local) => [place, join(local, 'copy')],
  mv: (place) => [place, place],
  'lease acquire': (place) => [place, '--duration', '15'],
  'lease release': (place) => [place],
  'sas generate': (place) => [place, '--permissions', 'rwd'],
  'sas account': () => ['--permissions', 'rw', '--resource-types', 'o'],
};

/** What they print is what was asked for: the id of a lease, a SAS. */
const prints = (verb: string) => verb.startsWith('sas') || verb === 'lease acquire';
/** These start processes, or do not end by themselves. */
const apart = ['lock', 'emulator'];

interface Run {
  readonly argv: readonly string[];
  readonly options?: CliOptions;
  /** Whether what is printed may hold a secret. */
  readonly disclosing?: boolean;
}

async function watchRun({ evidence }: Canary, { argv, options, disclosing = false }: Run): Promise<void> {
  const { stdout, stderr } = await runCli(argv, options);
  const shown = argv.slice(0, 2).join(' ');
  evidence.add(`what azstore ${shown} says`, stderr);
  if (!disclosing) evidence.add(`what azstore ${shown} prints`, stdout);
}

/** Ways of telling the command line who somebody is. */
function identities(canary: Canary, { key, endpoint }: { key: string; endpoint: string }) {
  const { token } = generateAccountSas(
    {
      services: ['file'],
      resourceTypes: ['container', 'object', 'service'],
      permissions: ['read', 'write', 'list', 'delete', 'create'],
      expiresOn: new Date(4e12),
      protocol: 'https,http',
    },
    { accountName: account, key },
  );
  canary.secrets.add('signature of the SAS', new URLSearchParams(token).get('sig') ?? '');
  const string = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};FileEndpoint=${endpoint}`;
  const files = 'files://data/d/f';
  return [
    { place: files, flags: ['--connection-string', string], env: {} },
    {
      place: files,
      flags: ['--account-name', account, '--account-key', key, '--endpoint', endpoint],
      env: {},
    },
    {
      place: files,
      flags: ['--account-name', account, '--sas-token', token, '--endpoint', endpoint],
      env: {},
    },
    { place: files, flags: [], env: { AZURE_STORAGE_CONNECTION_STRING: string } },
    { place: files, flags: [], env: { AZSTORE_CONNECTION_STRING: string } },
    {
      place: files,
      flags: ['--endpoint', endpoint],
      env: { AZURE_STORAGE_ACCOUNT: account, AZURE_STORAGE_KEY: key },
    },
    {
      place: files,
      flags: ['--endpoint', endpoint],
      env: { AZURE_STORAGE_ACCOUNT: account, AZURE_STORAGE_SAS_TOKEN: token },
    },
    { place: `${endpoint}/data/d/f?${token}`, flags: [], env: {} },
  ];
}

/** Every verb with every way of telling who somebody is, against one service. */
async function everyVerb(canary: Canary, service: { key: string; endpoint: string }): Promise<void> {
  const local = await mkdtemp(join(tmpdir(), 'azstore-canary-'));
  try {
    const kinds = identities(canary, service);
    const leaseId = canary.secrets.leaseId();
    for (const [index, { name }] of verbs.filter((verb) => !apart.includes(verb.name)).entries())
      for (const more of [[], ['--json']]) {
        const { place, flags, env } = kinds[(index * 2 + more.length) % kinds.length] ?? {
          place: '',
          flags: [],
          env: {},
        };
        const positional = argumentsOf[name]?.(place, local) ?? [place];
        const argv = [...name.split(' '), ...positional, ...flags, ...more];
        await watchRun(canary, {
          argv,
          options: { env: { ...env, AZSTORE_LEASE_ID: leaseId } },
          disclosing: prints(name),
        });
      }
  } finally {
    await rm(local, { recursive: true });
  }
}

async function withEmulator(
  keys: readonly [known: string, used: string],
  work: (endpoint: string) => Promise<void>,
): Promise<void> {
  const [known, used] = keys;
  await using emulator = await startEmulator({
    filesPort: 0,
    accounts: [{ name: account, keys: [known] }],
    shares: ['data'],
  });
  if (known === used) {
    await using owner = new AzureFilesClient(
      {
        credentials: { type: 'connection_string', connectionString: emulator.connectionString },
        defaultShare: 'data',
      },
      {},
    );
    await owner.directories.create({ path: 'd' });
    await owner.files.write({ path: 'd/f', data: Buffer.from('content') });
  }
  await work(emulator.filesEndpoint);
}

const mistakes = (secret: string): readonly (readonly string[])[] => [
  [secret],
  ['ls', secret],
  ['ls', `--acount-key=${secret}`, 'files://data'],
  ['ls', '--acount-key', secret, 'files://data'],
  ['ls', '--timeout', secret, 'files://data'],
  ['ls', '--account-name', secret, '--account-key', 'x', 'files://data'],
  ['ls', '--account-name', 'acct', '--account-key', secret, 'files://data', 'files://more'],
  ['ls', '--account-name', 'acct', '--account-key', `${secret}!`, 'files://data'],
  ['ls', '--account-name', 'acct', '--account-key', secret, '--sas-token', secret, 'files://data'],
  ['ls', '--endpoint', secret, 'files://data'],
  ['ls', '--api-version', secret, '--account-name', 'acct', '--account-key', secret, 'files://data'],
  ['ls', '--connection-string', `${secret};`, 'files://data'],
  ['ls', '--connection-string', `AccountName=acct;AccountKey=${secret};FileEndpoint=x`, 'files://data'],
  ['ls', '--sas-token', `sig=${secret}`, 'files://data'],
  ['ls', `https://acct.file.core.windows.net/data/%zz?sig=${encodeURIComponent(secret)}`],
  ['ls', `https://user:${encodeURIComponent(secret)}@acct.file.core.windows.net/data`],
  ['cp', 'x', '--account-key', secret],
  ['rm', '--lease-id', secret, 'files://data/f'],
  ['lease', 'acquire', 'files://data/f', '--lease-id', `${secret}x`],
  ['lease', 'release', 'files://data/f', '--lease-id', secret, '--nonsense'],
  ['emulator', '--account', `name:${secret}:${secret}:${secret}`],
  ['emulator', '--account', `NAME:${secret}`],
  ['emulator', '--account', secret],
  ['emulator', '--account', `name:${secret}!`, '--files-port', '0'],
  ['emulator', '--files-port', '99999', '--account', `name:${secret}`],
];

export const cliCases: readonly CanaryCase[] = [
  {
    name: 'every verb of the command line, in success',
    async run(canary) {
      const key = canary.secrets.accountKey();
      await withEmulator([key, key], (endpoint) => everyVerb(canary, { key, endpoint }));
    },
  },
  {
    name: 'every verb of the command line, refused',
    async run(canary) {
      const key = canary.secrets.accountKey();
      await withEmulator([canary.secrets.accountKey('other key'), key], (endpoint) =>
        everyVerb(canary, { key, endpoint }),
      );
    },
  },
  ...[403, 404, 409, 412].map((status) => ({
    name: `every verb of the command line, with a service that answers ${status} and repeats the request`,
    async run(canary: Canary) {
      await using server = await httpServer((request, response) => {
        request.resume();
        const echo = `${request.rawHeaders.join(' ')} ${request.url}`
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;');
        response.writeHead(status, { 'x-ms-error-code': 'Other', 'x-ms-request-id': 'a' });
        response.end(`<Error><Code>Other</Code><Message>${echo}</Message></Error>`);
      });
      await everyVerb(canary, { key: canary.secrets.accountKey(), endpoint: `${server.origin}/${account}` });
    },
  })),
  {
    name: 'mistakes on the command line and in its environment',
    async run(canary) {
      const key = canary.secrets.accountKey();
      for (const argv of mistakes(key))
        for (const more of [[], ['--json'], ['--help']]) await watchRun(canary, { argv: [...argv, ...more] });
      const variables = [
        'CONNECTION_STRING',
        'SAS_TOKEN',
        'ACCOUNT_KEY',
        'TIMEOUT',
        'ENDPOINT',
        'API_VERSION',
        'JSON',
        'ACCOUNT_NAME',
      ];
      for (const variable of variables)
        for (const name of [`AZSTORE_${variable}`, `AZURE_STORAGE_${variable}`])
          await watchRun(canary, { argv: ['ls', 'files://data'], options: { env: { [name]: key } } });
      for (const { name } of verbs)
        await watchRun(canary, {
          argv: [...name.split(' '), '--help'],
          options: { env: { AZSTORE_ACCOUNT_KEY: key } },
        });
    },
  },
  {
    name: 'secrets in files that are copied and shown stay where they are',
    async run(canary) {
      // The content of a file is its owner's matter, but nothing of it belongs into messages.
      const key = canary.secrets.accountKey();
      const content = canary.secrets.add('content', canary.secrets.accountKey('content'));
      const local = await mkdtemp(join(tmpdir(), 'azstore-canary-'));
      await writeFile(join(local, 'secret'), content);
      await withEmulator([key, key], async (endpoint) => {
        const env = {
          AZURE_STORAGE_CONNECTION_STRING: `AccountName=${account};AccountKey=${key};FileEndpoint=${endpoint}`,
        };
        for (const argv of [
          ['cp', join(local, 'secret'), 'files://data/secret'],
          ['cp', 'files://data/secret', join(local, 'again')],
          ['cp', '-r', local, 'files://data/all'],
          ['sync', '--delete', '--dry-run', 'files://data', local],
          ['ls', 'files://data'],
          ['stat', 'files://data/secret', '--json'],
          ['rm', 'files://data/secret'],
        ])
          await watchRun(canary, { argv, options: { env } });
      });
      await rm(local, { recursive: true });
    },
  },
];
