import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { wellKnownAccount } from '../../src/emulator/index.js';
import { type AccountSasOptions, generateAccountSas } from '../../src/sas/account-sas.js';

const signer = { accountName: wellKnownAccount.name, key: wellKnownAccount.keys[0] ?? '' };
const command = resolve(import.meta.dirname, '../../node_modules/azurite/dist/src/blob/main.js');

/** Where another emulator of the Blob service listens, in memory, for as long as the tests of this file take. */
let endpoint: string;

beforeAll(async () => {
  const args = ['--inMemoryPersistence', '--blobPort', '0', '--disableTelemetry', '--skipApiVersionCheck'];
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface(child.stdout)) {
    const origin = /successfully listen\w* \w+ (http:\/\/\S+)/.exec(line)?.[1];
    if (origin !== undefined) {
      endpoint = `${origin}/${signer.accountName}`;
      break;
    }
  }
  return () => void child.kill();
}, 60_000);

/** What the service says to a list of containers with such a SAS. */
async function list(options: Partial<AccountSasOptions>): Promise<number> {
  const { token } = generateAccountSas(
    {
      services: 'b',
      resourceTypes: ['service'],
      permissions: ['list'],
      protocol: 'https,http',
      expiresOn: new Date(systemClock.now() + 60_000),
      ...options,
    },
    signer,
  );
  const answer = await fetch(`${endpoint}/?comp=list&${token}`, {
    headers: { 'x-ms-version': '2023-11-03' },
  });
  await answer.arrayBuffer();
  return answer.status;
}

describe('an account SAS and another server', () => {
  it.each(['2019-12-12', '2020-10-02', '2020-12-06', '2023-11-03', '2026-04-06'])(
    'agree on its signature in version %s',
    async (version) => {
      expect(await list({ version })).toBe(200);
      expect(await list({ version, ipRange: '127.0.0.1-127.0.0.9', startsOn: new Date(0) })).toBe(200);
    },
  );

  it('agree on what it does not allow', async () => {
    expect(await list({ permissions: ['read'] })).toBe(403);
    expect(await list({ resourceTypes: ['object'] })).toBe(403);
    expect(await list({ services: 'f' })).toBe(403);
    expect(await list({ protocol: 'https' })).toBe(403);
    expect(await list({ expiresOn: new Date(systemClock.now() - 60_000) })).toBe(403);
  });
});
