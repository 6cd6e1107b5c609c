import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { Journal } from '../../../src/transfer/journal.js';
import type { TransferRecord } from '../../../src/transfer/journal-record.js';
import { bootOf, sameBoot, stateDirectory } from '../../../src/transfer/state-directory.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const key = ['upload', 'https://account.file.core.windows.net', 'data', 'a.bin', '', '/tmp/a.bin'];
const record: TransferRecord = {
  id: '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
  size: 100,
  phase: 'moving',
  remote: { fileId: '7' },
  local: { size: '100', modified: '5' },
  done: [
    { start: 0, end: 10 },
    { start: 20, end: 30 },
  ],
};

const journalIn = (directory: string, of: readonly string[] = key) => new Journal(directory, of, systemClock);

async function onlyFile(directory: string): Promise<string> {
  const [name = ''] = await readdir(directory);
  return join(directory, name);
}

async function written(): Promise<{ directory: string; path: string; text: string }> {
  const directory = await temporaryDirectory();
  await journalIn(directory).save(record);
  const path = await onlyFile(directory);
  return { directory, path, text: await readFile(path, 'utf8') };
}

describe('Journal', () => {
  it('gives back what was written down, to whoever asks for the same transfer', async () => {
    const directory = join(await temporaryDirectory(), 'is', 'made');
    expect(await journalIn(directory).read()).toBeUndefined();
    await journalIn(directory).save(record);
    expect(await journalIn(directory).read()).toEqual(record);
    expect(await journalIn(directory, [...key.slice(0, 5), '/tmp/b.bin']).read()).toBeUndefined();
  });

  it('is for nobody but its user', async () => {
    const { path } = await written();
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  it('keeps the last state when many are written at once, and leaves no other file', async () => {
    const directory = await temporaryDirectory();
    const journal = journalIn(directory);
    const sizes = Array.from({ length: 50 }, (_, index) => 100 + index);
    await Promise.all(sizes.map((size) => journal.save({ ...record, size })));
    expect((await journalIn(directory).read())?.size).toBe(149);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('fails when it cannot be written, and can be written later', async () => {
    const directory = await temporaryDirectory();
    const blocked = join(directory, 'no', 'directory');
    await writeFile(join(directory, 'no'), '');
    const journal = journalIn(blocked);
    const saves = await Promise.allSettled([journal.save(record), journal.save(record)]);
    expect(saves.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('removes its note, but not that of a later transfer', async () => {
    const directory = await temporaryDirectory();
    const journal = journalIn(directory);
    await journal.save(record);
    await journal.remove('another');
    expect(await readdir(directory)).toHaveLength(1);
    await journal.remove(record.id);
    expect(await readdir(directory)).toEqual([]);
  });

  it('takes a note that is cut anywhere, or in which a byte is changed, for none', async () => {
    const { directory, path, text } = await written();
    for (let at = 0; at < text.length - 1; at += 5) {
      await writeFile(path, text.slice(0, at));
      expect(await journalIn(directory).read()).toBeUndefined();
      const changed = String.fromCharCode(text.charCodeAt(at) ^ 1);
      await writeFile(path, text.slice(0, at) + changed + text.slice(at + 1));
      // White space and the like may be written otherwise, as long as it says the same.
      expect([undefined, record]).toContainEqual(await journalIn(directory).read());
    }
  });

  it('takes a note of another version, or one that is too large, for none', async () => {
    const { directory, path, text } = await written();
    await writeFile(path, text.replace('"version":1', '"version":2'));
    expect(await journalIn(directory).read()).toBeUndefined();
    await writeFile(path, text + ' '.repeat(64 * 1024));
    expect(await journalIn(directory).read()).toBeUndefined();
    await writeFile(path, text);
    expect(await journalIn(directory).read()).toEqual(record);
  });

  it.each<[string, object]>([
    ['a name that leads elsewhere', { id: '../../../../etc/passwd' }],
    ['no size', { size: -1 }],
    ['another phase', { phase: 'gone' }],
    ['facts that are no texts', { remote: { fileId: 7 } }],
    ['no facts', { local: null }],
    ['parts that overlap', { done: [record.done[0], { start: 5, end: 30 }] }],
    ['parts behind the end', { done: [{ start: 90, end: 101 }] }],
    ['empty parts', { done: [{ start: 5, end: 5 }] }],
    ['parts that are no numbers', { done: [{ start: 0.5, end: 5 }] }],
  ])('takes a well-formed note with %s for none', async (_what, wrong) => {
    const directory = await temporaryDirectory();
    await journalIn(directory).save({ ...record, ...wrong } as TransferRecord);
    expect(await journalIn(directory).read()).toBeUndefined();
  });

  it('removes notes that nobody has come back to for a month, and nothing else', async () => {
    const { directory, path } = await written();
    const other = join(directory, 'my own file.json');
    const left = `${path}.${record.id}`;
    await Promise.all([other, left].map((file) => writeFile(file, '')));
    const old = new Date(Date.now() - 31 * 24 * 3_600_000);
    await Promise.all([path, other, left].map((file) => utimes(file, old, old)));
    await mkdir(join(directory, 'sub'));
    await journalIn(directory, ['another']).read();
    expect((await readdir(directory)).sort()).toEqual(['my own file.json', 'sub']);
  });
});

describe('the directory for notes', () => {
  const home = '/home/me';
  it.each([
    ['linux', {}, '/home/me/.local/state/azstore/transfers'],
    ['linux', { XDG_STATE_HOME: '/state' }, '/state/azstore/transfers'],
    ['linux', { XDG_STATE_HOME: 'relative' }, '/home/me/.local/state/azstore/transfers'],
    ['darwin', {}, '/home/me/Library/Application Support/azstore/transfers'],
    ['win32', {}, '/home/me/AppData/Local/azstore/transfers'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/azstore/transfers'],
  ])('is where %s keeps the state of programs, with %j', (platform, environment, expected) => {
    expect(stateDirectory({ platform, environment, home })).toBe(expected);
  });
});

describe('one run of the machine', () => {
  it('is the same as itself', async () => {
    expect(sameBoot(await bootOf(systemClock), await bootOf(systemClock))).toBe(true);
  });

  it.each([
    ['at 1000000', 'at 1004999', true],
    ['at 1000000', 'at 1005000', false],
    ['at 1000000', '5b1d7e7a-1f0d-4a55-b0a4-4d4a6a0c0f3e', false],
    ['', 'at 1', false],
  ])('%s and %s: %s', (before, now, same) => {
    expect(sameBoot(before, now)).toBe(same);
  });
});
