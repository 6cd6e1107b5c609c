import { describe, expect, it } from 'vitest';
import { type Backend, text } from './files-client-backends.js';

const names = [
  'plain.txt',
  'with space',
  ' leading space',
  'percent%41',
  '100%',
  'plus+sign',
  'hash#tag',
  'amp&ersand',
  'semi;colon,comma=equals',
  "quote'single",
  '(paren)[bracket]{brace}',
  'tilde~at@dollar$bang!',
  'back`tick^caret',
  'trailing.',
  'trailing..',
  '.hidden',
  '...',
  'ümläut',
  'e\u0301 combining',
  '\u00e9 composed',
  '日本語',
  'emoji 😀',
  'right to left \u202e text',
  'non-characters \ufffe and \uffff',
  '\u00a0no-break space',
];

/** Names that are hard to carry. */
export function nameSuite(backend: Backend): void {
  describe('names', () => {
    it.each(names)('carries the name %j through every operation', async (name) => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      await directories.create({ path: name });
      const path = `${name}/${name}`;
      await files.write({ path, data: text(name) });
      expect((await files.read({ path })).data).toEqual(text(name));
      expect((await directories.list()).entries.map((entry) => entry.name)).toEqual([name]);
      const { entries } = await directories.list({ path: name });
      expect(entries).toMatchObject([{ type: 'file', name, path, size: text(name).length }]);
      await files.rename({ path, newPath: `${name}/x` });
      await files.rename({ path: `${name}/x`, newPath: path });
      await files.copy({ sourcePath: path, destPath: `copy of ${name}` });
      expect((await files.read({ path: `copy of ${name}` })).data).toEqual(text(name));
      await files.delete({ path });
      await directories.delete({ path: name });
      expect((await directories.list()).entries.map((entry) => entry.name)).toEqual([`copy of ${name}`]);
    });

    it('finds a name in another case, and keeps the one it was created with', async () => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      await files.write({ path: 'ReadMe.TXT', data: text('x') });
      expect(await files.exists({ path: 'readme.txt' })).toBe(true);
      expect((await directories.list()).entries.map(({ name }) => name)).toEqual(['ReadMe.TXT']);
    });

    it('lists only names with a prefix, whatever is in it', async () => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      for (const path of ['a&b 1', 'a&b 2', 'other']) await files.create({ path, size: 0 });
      const { entries } = await directories.list({ prefix: 'a&b ' });
      expect(entries.map(({ name }) => name)).toEqual(['a&b 1', 'a&b 2']);
    });

    it('says of a name that only the service refuses that it is the path', async () => {
      await using service = await backend.open();
      const creating = service.client.files.create({ path: 'control \u007f character', size: 0 });
      await expect(creating).rejects.toMatchObject({
        name: 'ConfigurationError',
        code: 'InvalidPath',
        serviceCode: 'InvalidResourceName',
      });
    });

    it('takes slashes around a path as if they were not there', async () => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      await directories.create({ path: '/d/' });
      expect((await files.create({ path: '/d/a.txt', size: 0 })).path).toBe('d/a.txt');
      expect((await directories.list({ path: 'd/' })).entries[0]?.path).toBe('d/a.txt');
    });
  });
}
