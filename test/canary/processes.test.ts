import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient, generateAccountSas } from '../../src/files/index.js';
import { builtProgram, ended } from '../support/built-program.js';
import { told } from '../support/told.js';
import { Canary } from './canary.js';

/*
 * The program as other users of the machine see it: the command lines and titles of all its processes, and what comes out of them.
 * Secrets come to it by its environment, which is nobody else's to see.
 */

const program = builtProgram();
const account = 'canaryacct';

async function setting() {
  const canary = new Canary();
  const key = canary.secrets.accountKey();
  const emulator = await startEmulator({
    filesPort: 0,
    accounts: [{ name: account, keys: [key] }],
    shares: ['data'],
  });
  const { connectionString, filesEndpoint } = emulator;
  const client = new AzureFilesClient(
    { credentials: { type: 'connection_string', connectionString }, defaultShare: 'data' },
    {},
  );
  await client.files.write({ path: 'f', data: Buffer.from('content') });
  const { token } = generateAccountSas(
    {
      services: ['file'],
      resourceTypes: ['container', 'object'],
      permissions: ['read', 'write', 'list', 'delete', 'create'],
      expiresOn: new Date(4e12),
      protocol: 'https,http',
    },
    { accountName: account, key },
  );
  canary.secrets.add('signature of the SAS', new URLSearchParams(token).get('sig') ?? '');
  return {
    canary,
    environments: {
      'a connection string': { AZURE_STORAGE_CONNECTION_STRING: connectionString },
      'a SAS': {
        AZURE_STORAGE_ACCOUNT: account,
        AZURE_STORAGE_SAS_TOKEN: token,
        AZSTORE_ENDPOINT: filesEndpoint,
      },
      'a key of another account': {
        AZURE_STORAGE_ACCOUNT: account,
        AZSTORE_ACCOUNT_KEY: canary.secrets.accountKey('other key'),
        AZSTORE_ENDPOINT: filesEndpoint,
      },
    } as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>,
    async [Symbol.asyncDispose]() {
      await client.close();
      await emulator.close();
    },
  };
}

/** The command lines and names of every process of this machine, as everybody can read them. */
async function processList(): Promise<string> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const files = processes.flatMap((id) => [`/proc/${id}/cmdline`, `/proc/${id}/comm`]);
  // A process may end while it is looked at.
  return (await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')))).join('\n');
}

/** Processes can be listed by everybody where there is /proc; elsewhere nothing can be said. */
const isListed = process.platform === 'linux';

describe('no secret gets out of the program', () => {
  it.skipIf(!isListed)('by the processes that a lock starts', { timeout: 60_000 }, async () => {
    await using test = await setting();
    const { canary, environments } = test;
    for (const [name, env] of Object.entries(environments)) {
      const script = 'echo "ready $AZSTORE_LEASE_ID."; sleep 1000';
      const child = program.start(
        ['lock', 'files://data/f', '--duration', '15s', '--reason', 'a canary', '--', 'sh', '-c', script],
        env,
      );
      const [out, err, exit] = [told(child.stdout), told(child.stderr), ended(child)];
      // With the wrong key it ends without a lock.
      const [, id] = (await out.until(/ready (\S*)\./).catch(() => undefined)) ?? [];
      if (id !== undefined) canary.secrets.add('id of the lock', id);
      const list = await processList();
      if (id !== undefined) expect(list).toContain('lock-watcher');
      canary.evidence.add(`the processes of a lock with ${name}`, list);
      child.kill('SIGTERM');
      await exit;
      await out.closed;
      // What the command itself prints is its own matter.
      canary.evidence.add(`what a lock with ${name} says`, await err.closed);
    }
    expect(canary.leaks()).toEqual([]);
  });

  it('by what runs print, whatever becomes of them', { timeout: 60_000 }, async () => {
    await using test = await setting();
    const { canary, environments } = test;
    const runs = Object.values(environments).flatMap((env) =>
      [
        ['ls', 'files://data'],
        ['cat', 'files://data/missing', '--json'],
        ['ls', 'files://nothing'],
        ['ls', '--nonsense', 'files://data'],
      ].map(async (argv) => {
        // Node tells much more of failures that nobody handled.
        const child = program.start(argv, {
          ...env,
          NODE_OPTIONS: '--trace-uncaught --trace-warnings --unhandled-rejections=strict',
        });
        const [out, err] = [told(child.stdout), told(child.stderr)];
        await ended(child);
        canary.evidence.add(`azstore ${argv.join(' ')}`, `${await out.closed}\n${await err.closed}`);
      }),
    );
    await Promise.all(runs);
    expect(canary.evidence.size).toBeGreaterThan(5);
    expect(canary.leaks()).toEqual([]);
  });
});
