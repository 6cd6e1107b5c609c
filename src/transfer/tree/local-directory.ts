import type { Dirent, Stats } from 'node:fs';
import { lstat, mkdir, readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories, notADirectory } from '../make-directories.js';
import { TransferError } from '../transfer-error.js';

/** One name in a local directory. */
export interface LocalEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}

/** What a transfer has to know of a local file. */
export interface LocalFile {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** 0 where the platform does not know it. */
  readonly createdMs: number;
}

/** Everything in a directory, in no order; what is in it is not looked at. */
export async function listLocalDirectory(path: string): Promise<LocalEntry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
}

function kindOf(entry: Dirent | Stats): LocalEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/** What a link leads to, with what tells that from everything else. */
export async function followLink(path: string): Promise<LocalEntry['kind']> {
  return kindOf(await stat(path));
}

/** Which directory it is, under whatever names and links. */
export async function directoryIdentity(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev} ${ino}`;
}

/**
 * Looks at a file that has been listed.
 * @param links - Whether it may be a link to one.
 * @throws {TransferError} `LocalNotAFile`; errors of the file system as they are.
 */
export async function lookAtFile(path: string, links: 'refuse' | 'follow'): Promise<LocalFile> {
  const stats = await (links === 'follow' ? stat(path) : lstat(path));
  if (!stats.isFile()) throw new TransferError('LocalNotAFile', `${path} is not a regular file`);
  return fileOf(path, stats);
}

export function fileOf(path: string, { size, mtimeMs, birthtimeMs }: Stats): LocalFile {
  return { path, size, modifiedMs: mtimeMs, createdMs: birthtimeMs };
}

/** Makes a directory unless it is there. @throws {TransferError} `LocalNotADirectory` when something else is; also a link to one. */
export async function makeLocalDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
    if (!(await lstat(path)).isDirectory()) throw notADirectory(path);
  }
}

/** The same with those that it is in; what it leads to, where it is a link, is the user's own choice. */
export async function makeTopDirectory(path: string): Promise<void> {
  await makeDirectories(path);
}

/** What says that nothing has a name, or that nothing can. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENAMETOOLONG', 'EINVAL']);

/** Whether something has this name, be it a link that leads nowhere. */
export async function isLocallyThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && absent.has(String(error.code))) return false;
    throw error;
  }
}

/** @returns whether it was there. A link is removed itself, never what it leads to. */
export async function removeLocalFile(path: string): Promise<boolean> {
  return unlessMissing(() => unlink(path));
}

/** The same for an empty directory. */
export async function removeLocalDirectory(path: string): Promise<boolean> {
  return unlessMissing(() => rmdir(path));
}

async function unlessMissing(remove: () => Promise<void>): Promise<boolean> {
  try {
    await remove();
    return true;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

export function hasErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
const elsewhere = { win32: /[/\\:*?"<>|\u0000-\u001f]|[. ]$/, others: /[/\0]/ };
const devices = /^(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(?:\.|$)/i;

/**
 * The path of a name that came from a service, which may not be a name at all.
 * @throws {TransferError} `UnusableName` when it would lead elsewhere, or cannot be a name on this machine.
 */
export function localChild(directory: string, name: string, platform: string = process.platform): string {
  const isWindows = platform === 'win32';
  const bad = isWindows ? elsewhere.win32.test(name) || devices.test(name) : elsewhere.others.test(name);
  if (name === '' || name === '.' || name === '..' || bad) {
    const shown = JSON.stringify(name);
    throw new TransferError(
      'UnusableName',
      `${shown} is listed, but cannot be the name of a file on this machine`,
    );
  }
  return join(directory, name);
}
