import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from './temporary-directory.js';

/** Makes local files, in a new directory unless one is given. A name with a slash at its end is an empty directory. */
export async function makeLocal(
  files: Readonly<Record<string, string | Uint8Array>>,
  directory?: string,
): Promise<string> {
  const top = directory ?? (await temporaryDirectory());
  for (const [name, content] of Object.entries(files)) {
    const path = join(top, name);
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (name.endsWith('/')) continue;
    await writeFile(path, content);
    // Some time that no run of a test has.
    await utimes(path, 1_550_000_000, 1_550_000_000);
  }
  return top;
}

/** Everything below a local directory, as paths and contents; directories have a slash at their end. */
export async function localContents(top: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(top.length + 1);
    if (entry.isDirectory()) contents[`${name}/`] = '';
    else contents[name] = entry.isFile() ? await readFile(path, 'latin1') : 'no file';
  }
  return Object.fromEntries(Object.entries(contents).sort(([a], [b]) => (a < b ? -1 : 1)));
}
