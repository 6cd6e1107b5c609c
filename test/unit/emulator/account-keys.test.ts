import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.js';
import { createEmulator, type EngineOptions, type InProcessEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient } from '../../../src/files/index.js';

const keys = ['one', 'two', 'three'].map((text) => Buffer.alloc(64, text).toString('base64'));
const [one = '', two = '', three = ''] = keys;

function emulatorWith(options: EngineOptions = {}): InProcessEmulator {
  const accounts = [
    { name: 'first', keys: [one, two] },
    { name: 'second', keys: [one] },
  ];
  const emulator = createEmulator({ accounts, shares: ['share'], ...options });
  onTestFinished(() => emulator.close());
  return emulator;
}

/** Whether a key opens an account. */
async function opens(
  emulator: InProcessEmulator,
  accountKey: string,
  accountName = 'first',
): Promise<boolean> {
  const endpoint = emulator.filesEndpoint.replace(/[^/]*$/, accountName);
  await using client = new AzureFilesClient({
    accountName,
    credentials: { type: 'shared_key', key: accountKey },
    endpoint,
    transport: emulator.transport,
    retryConfig: { maxAttempts: 1 },
  });
  try {
    for await (const _share of client.shares.list()) break;
    return true;
  } catch {
    return false;
  }
}

describe('the keys of an account', () => {
  it('both hold at once', async () => {
    const emulator = emulatorWith();
    expect([await opens(emulator, one), await opens(emulator, two), await opens(emulator, three)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('can be replaced one after the other, so that there always is one that holds', async () => {
    const emulator = emulatorWith();
    const fresh = emulator.regenerateKey();
    expect(Buffer.from(fresh, 'base64')).toHaveLength(64);
    expect([await opens(emulator, one), await opens(emulator, two), await opens(emulator, fresh)]).toEqual([
      false,
      true,
      true,
    ]);
    const second = emulator.regenerateKey({ keyName: 'key2' });
    expect([await opens(emulator, two), await opens(emulator, second), await opens(emulator, fresh)]).toEqual(
      [false, true, true],
    );
    expect(second).not.toBe(fresh);
  });

  it('can be set, in any account', async () => {
    const emulator = emulatorWith();
    expect(emulator.regenerateKey({ account: 'second', keyName: 'key2', value: three })).toBe(three);
    expect(await opens(emulator, three, 'second')).toBe(true);
    expect(await opens(emulator, one, 'second')).toBe(true);
    expect(await opens(emulator, three)).toBe(false);
  });

  it('stand in the connection string as they are at the moment', () => {
    const emulator = emulatorWith();
    expect(emulator.connectionString).toContain(`AccountKey=${one};`);
    emulator.regenerateKey({ value: three });
    expect(emulator.connectionString).toContain(`AccountKey=${three};`);
  });

  it.each([
    [{ account: 'third' }, 'account must be one of first, second, got "third"'],
    [{ keyName: 'key3' as 'key1' }, 'keyName must be key1 or key2, got "key3"'],
    [{ value: 'not base64' }, 'value must be base64'],
  ])('are not replaced for %j', (request, message) => {
    expect(() => emulatorWith().regenerateKey(request)).toThrow(
      expect.objectContaining({ message, code: 'InvalidOption' }),
    );
    expect(() => emulatorWith().regenerateKey(request)).toThrow(ConfigurationError);
  });
});
