import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEmulator } from '../../src/emulator/index.js';
import {
  AuthenticationError,
  AzureFilesClient,
  type AzureFilesConfig,
  FileError,
} from '../../src/files/index.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { type Found, sasCalls } from './sas-calls.js';

/*
 * Which letters each call of the client needs, found out by trying against the emulator, whose rights are written from the
 * documents: docs/authentication.md must say the same.
 */

/** A SAS to try a call with. */
type Right =
  | { readonly for: 'share'; readonly letters: string }
  | { readonly for: 'file'; readonly letters: string }
  | { readonly for: 'account'; readonly letters: string; readonly levels: string };

async function setUp() {
  const clock = new ManualClock({ now: Date.UTC(2026, 10, 20) });
  const emulator = createEmulator({ shares: ['data'], clock });
  const { connectionString, transport, filesEndpoint: endpoint } = emulator;
  const connect = (config: AzureFilesConfig) =>
    new AzureFilesClient({ transport, clock, defaultShare: 'data', ...config });
  const owner = connect({ credentials: { type: 'connection_string', connectionString } });
  await owner.directories.create({ path: 'd' });
  await owner.directories.create({ path: 'e' });
  await owner.files.write({ path: 'd/f', data: new Uint8Array(5) });
  await owner.files.write({ path: 'd/g', data: new Uint8Array(6) });
  const withSas = (token: string) => connect({ endpoint, credentials: { type: 'sas_token', token } });
  return { emulator, owner, withSas };
}

async function signed(owner: AzureFilesClient, right: Right, file: string): Promise<string> {
  const { letters } = right;
  switch (right.for) {
    case 'share':
      return (await owner.sas.generate({ permissions: letters })).token;
    case 'file':
      return (await owner.sas.generate({ path: file, permissions: letters })).token;
    case 'account': {
      const resourceTypes = right.levels;
      return (await owner.sas.generateAccount({ resourceTypes, permissions: letters })).token;
    }
  }
}

/** Whether a call is carried out. Where it is not, the error must say that it was not allowed. */
async function allows(name: string, right: Right): Promise<boolean> {
  const { run, before, file = 'd/f' } = sasCalls[name] ?? {};
  const { emulator, owner, withSas } = await setUp();
  await using _emulator = emulator;
  const lease = await before?.(owner);
  const found: Found = {
    leaseId: lease?.id ?? '',
    etag: (await owner.files.getProperties({ path: 'd/f' })).etag,
    signedSource: (await owner.sas.forRead({ path: 'd/g' })).url,
  };
  try {
    await run?.(withSas(await signed(owner, right, file)), found);
    return true;
  } catch (error) {
    const isSource = error instanceof FileError && error.code === 'CopySourceUnreadable';
    if (!(error instanceof AuthenticationError || isSource) || error.status !== 403) throw error;
    return false;
  }
}

/** All texts of one or two of the letters. */
const upToTwo = (letters: string): string[] => [
  ...letters,
  ...[...letters].flatMap((first, at) => [...letters.slice(at + 1)].map((second) => first + second)),
];

/** The shortest texts of letters that suffice, as a document writes them. */
async function needed(all: string, suffices: (letters: string) => Promise<boolean>): Promise<string> {
  const enough: string[] = [];
  for (const letters of upToTwo(all)) {
    if (enough.some((fewer) => [...fewer].every((letter) => letters.includes(letter)))) continue;
    if (await suffices(letters)) enough.push(letters);
  }
  if (enough.length === 0 && (await suffices(all))) throw new Error('more than two letters are needed');
  return enough.length === 0 ? '–' : enough.map((letters) => `\`${letters}\``).join(' or ');
}

async function measured(name: string): Promise<string[]> {
  const share = await needed('rcwdl', (letters) => allows(name, { for: 'share', letters }));
  const file = await needed('rcwd', (letters) => allows(name, { for: 'file', letters }));
  const account = await needed('rcwdl', (letters) =>
    allows(name, { for: 'account', letters, levels: 'sco' }),
  );
  const levels = await needed('sco', (levels) => allows(name, { for: 'account', letters: 'rcwdl', levels }));
  return [share, file, `${account} on ${levels}`];
}

/** Cells of the table of calls: calls, share, file, account. */
function documented(): Map<string, string[]> {
  const text = readFileSync(join(import.meta.dirname, '../../docs/authentication.md'), 'utf8');
  const table = text.slice(text.indexOf('### Which call needs which letters')).split('\n\n')[2] ?? '';
  const rows = table
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim()),
    );
  return new Map(rows.flatMap(([calls = '', ...rest]) => calls.split(', ').map((call) => [call, rest])));
}

describe('the letters that a call needs', () => {
  const table = documented();

  it('are documented for every call that is tried, and for no other', () => {
    expect([...table.keys()].sort()).toEqual(Object.keys(sasCalls).sort());
  });

  it.each(Object.keys(sasCalls))('are those of docs/authentication.md for %s', async (name) => {
    expect(await measured(name)).toEqual(table.get(name));
  });
});

describe('what is written under a temporary name', () => {
  const names = async (owner: AzureFilesClient) => {
    const { entries } = await owner.directories.list({ path: 'd' });
    return entries.map(({ name }) => name.replace(/^(\.azstore-).*(\.tmp)$/, '$1GUID$2'));
  };

  it.each([
    ['rw', ['.azstore-GUID.tmp', 'f', 'g']],
    ['rwd', ['f', 'g']],
  ] as const)('is removed after a failure as far as %s allows it', async (permissions, left) => {
    const { emulator, owner, withSas } = await setUp();
    await using _emulator = emulator;
    const client = withSas((await owner.sas.generate({ permissions })).token);
    await expect(client.files.createIfNotExists({ path: 'd/f' })).rejects.toMatchObject({
      code: 'FileAlreadyExists',
    });
    expect(await names(owner)).toEqual(left);
  });
});
