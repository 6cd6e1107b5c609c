import { chmod, mkdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DirectoryTransferError } from '../../../src/files/index.js';
import { patterned } from '../../support/patterned.js';
import { rejection } from '../../support/rejection.js';
import { rangeSize } from './streaming-setting.js';
import {
  fillLocal,
  fillShare,
  localTree,
  setModified,
  setUpTree,
  shareTree,
  totals,
} from './tree-setting.js';

const made = Date.UTC(2020, 4, 6, 7, 8, 9, 123) + 0.5;

describe('uploadDirectory', () => {
  it('makes a directory of the share like a local one, empty directories too', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, {
      'a.txt': 'a',
      empty: '',
      'd/b': patterned(rangeSize),
      'd/e/': '',
      'd/big': patterned(10 * rangeSize + 17),
      'ü/ß': 'umlauts',
    });
    const report = await s.streaming.uploadDirectory({ path: 'to/be/made' }, s.local);
    expect(await shareTree(s, 'to/be/made')).toEqual(await localTree(s.local));
    expect(report).toEqual({ ...totals, filesCopied: 5, bytesCopied: 11_289, directoriesCreated: 4 });
  });

  it('takes two requests for a small file, one for an empty one, and lists nothing that cannot be there', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { 'd/a': 'a', 'd/empty': '' });
    await s.streaming.uploadDirectory({}, s.local);
    expect(s.requests().sort()).toEqual([
      'GET data comp=list',
      'PUT data/d',
      'PUT data/d/a',
      'PUT data/d/a comp=range',
      'PUT data/d/empty',
    ]);
  });

  it('takes three requests for a small file that appears as a whole', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { a: 'a' });
    await s.streaming.uploadDirectory({ atomic: true }, s.local);
    expect(s.requests()).toEqual([
      'GET data comp=list',
      'PUT data/.azstore-*.tmp',
      'PUT data/.azstore-*.tmp comp=range',
      'PUT data/a comp=rename',
    ]);
  });

  it.each([false, true])('keeps times, so that a second run moves nothing (atomic: %s)', async (atomic) => {
    const s = await setUpTree();
    await fillLocal(s.local, { small: 'a', empty: '', big: patterned(3 * rangeSize) });
    for (const name of ['small', 'empty', 'big']) await setModified(join(s.local, name), made);
    await s.streaming.uploadDirectory({ atomic }, s.local);
    const { birthtimeMs } = await stat(join(s.local, 'small'));
    for (const path of ['small', 'empty', 'big']) {
      const { smb } = await s.files.getProperties({ path });
      expect(smb.lastWriteTime).toBe('2020-05-06T07:08:09.1235000Z');
      if (birthtimeMs > 0) expect(Date.parse(smb.creationTime ?? '')).toBeLessThan(Date.now());
    }
    s.forget();
    const report = await s.streaming.uploadDirectory({ atomic }, s.local);
    expect(report).toEqual({ ...totals, filesUnchanged: 3 });
    expect(s.requests()).toEqual(['GET data comp=list']);
  });

  it('goes on with a small file whose bytes never came', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { small: 'content' });
    s.breakOff(/comp=range|DELETE/);
    await expect(s.streaming.uploadDirectory({}, s.local)).rejects.toThrow('the machine is gone');
    s.mend();
    const before = await s.files.getProperties({ path: 'small' });
    expect(before).toMatchObject({ size: 7, smb: { lastWriteTime: '2019-02-03T04:05:06.0000000Z' } });
    expect(await s.streaming.uploadDirectory({}, s.local)).toMatchObject({ filesCopied: 1 });
    expect(await shareTree(s)).toEqual({ small: 'content' });
    expect(await s.streaming.uploadDirectory({}, s.local)).toMatchObject({ filesUnchanged: 1 });
  });

  it('shows nothing of a large file before all of it is there', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { big: patterned(3 * rangeSize) });
    s.breakOff(/comp=rename|DELETE/);
    await expect(s.streaming.uploadDirectory({}, s.local)).rejects.toThrow('the machine is gone');
    s.mend();
    expect(Object.keys(await shareTree(s))).toEqual([expect.stringMatching(/^\.azstore-.*\.tmp$/)]);
    expect(await s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local)).toMatchObject({
      filesCopied: 1,
    });
    expect((await shareTree(s)).big).toEqual((await localTree(s.local)).big);
  });

  it('leaves no file behind that it could not write', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { a: 'a', b: 'b' });
    s.refuse('PUT data/a comp=range', 'SharingViolation');
    const error = await rejection<DirectoryTransferError>(s.streaming.uploadDirectory({}, s.local));
    expect(error).toMatchObject({ code: 'TransferIncomplete', report: { filesCopied: 1, failed: 1 } });
    expect(await shareTree(s)).toEqual({ b: 'b' });
  });

  it('moves what has changed in size or time, and nothing else', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { same: 'same', size: 'a', time: 'abc' });
    await s.streaming.uploadDirectory({}, s.local);
    await writeFile(join(s.local, 'size'), 'ab');
    await writeFile(join(s.local, 'time'), 'xyz');
    await setModified(join(s.local, 'time'), made);
    const report = await s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local);
    expect(report).toMatchObject({ filesCopied: 2, filesUnchanged: 1 });
    expect(s.told('copied').sort()).toEqual(['size', 'time']);
    expect(await shareTree(s)).toEqual({ same: 'same', size: 'ab', time: 'xyz' });
  });

  it('takes times for the same that are no further apart than it is told', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { a: 'a' });
    await setModified(join(s.local, 'a'), made);
    await s.streaming.uploadDirectory({}, s.local);
    await setModified(join(s.local, 'a'), made + 1500);
    expect(await s.streaming.uploadDirectory({ timeToleranceMs: 2000 }, s.local)).toMatchObject({
      filesUnchanged: 1,
    });
    expect(await s.streaming.uploadDirectory({}, s.local)).toMatchObject({ filesCopied: 1 });
  });

  it('replaces what is there, or keeps it, as it is told', async () => {
    const s = await setUpTree();
    await fillShare(s, { a: 'old' });
    await fillLocal(s.local, { a: 'new', b: 'b' });
    const kept = await s.streaming.uploadDirectory({ existing: 'keep', onEntry: s.onEntry }, s.local);
    expect(kept).toMatchObject({ filesCopied: 1, skipped: 1 });
    expect(s.events).toContainEqual({ type: 'skipped', path: 'a', reason: 'exists' });
    expect(await shareTree(s)).toEqual({ a: 'old', b: 'b' });
    expect(await s.streaming.uploadDirectory({ existing: 'replace' }, s.local)).toMatchObject({
      filesCopied: 2,
    });
    expect(await shareTree(s)).toEqual({ a: 'new', b: 'b' });
  });

  it('takes names for the same that differ in case', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'Dir/Readme': 'old' });
    await fillLocal(s.local, { 'DIR/README': 'new' });
    await s.streaming.uploadDirectory({}, s.local);
    expect(await shareTree(s)).toEqual({ 'Dir/': '', 'Dir/Readme': 'new' });
    expect(await s.streaming.uploadDirectory({}, s.local)).toMatchObject({ filesUnchanged: 1 });
  });

  it('tells of local names that are one in a share, and transfers the rest', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { 'A.txt': '1', 'a.txt': '2', b: 'b', 'Dir/x': 'x', 'dir/y': 'y' });
    const error = await rejection<DirectoryTransferError>(
      s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local),
    );
    expect(error).toMatchObject({ code: 'TransferIncomplete', report: { failed: 4, filesCopied: 1 } });
    expect(s.told('failed').sort()).toEqual(['A.txt', 'Dir', 'a.txt', 'dir']);
    expect(s.failureCodes()).toEqual(['CaseCollision']);
    expect(await shareTree(s)).toEqual({ b: 'b' });
  });

  it('tells of names that a share cannot have, and transfers the rest', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { 'a:b': '1', con: '2', ok: 'ok', 'd?/x': 'x' });
    const error = await rejection<DirectoryTransferError>(
      s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local),
    );
    expect(error).toMatchObject({ report: { failed: 3, filesCopied: 1 } });
    expect(s.told('failed').sort()).toEqual(['a:b', 'con', 'd?']);
    expect(s.failureCodes()).toEqual(['InvalidPath']);
    expect(await shareTree(s)).toEqual({ ok: 'ok' });
  });

  it('tells of a name that is no text on this machine', async () => {
    const s = await setUpTree();
    const bytes = Buffer.concat([Buffer.from(`${s.local}/`), Buffer.from([0x66, 0xff])]);
    await writeFile(bytes, 'x');
    const error = await rejection<DirectoryTransferError>(
      s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local),
    );
    expect(error.message).toContain('is no UTF-8');
    expect(s.failureCodes()).toEqual(['UnusableName']);
  });

  it('tells of what is of another kind in the share', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'file/x': 'x', directory: 'y' });
    await fillLocal(s.local, { file: 'f', 'directory/z': 'z', ok: 'ok' });
    const error = await rejection<DirectoryTransferError>(
      s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local),
    );
    expect(error).toMatchObject({ report: { failed: 2, filesCopied: 1 } });
    expect(s.failureCodes()).toEqual(['ResourceTypeMismatch']);
    expect(await shareTree(s)).toEqual({ directory: 'y', 'file/': '', 'file/x': 'x', ok: 'ok' });
  });

  it('leaves links and special files out, and tells of them', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { a: 'a' });
    await symlink('a', join(s.local, 'to-a'));
    await symlink('/etc', join(s.local, 'to-etc'));
    const report = await s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local);
    expect(report).toMatchObject({ filesCopied: 1, skipped: 2, failed: 0 });
    expect(s.events).toContainEqual({ type: 'skipped', path: 'to-etc', reason: 'symbolic-link' });
    expect(await shareTree(s)).toEqual({ a: 'a' });
  });

  it('follows links where it is told to, but in no circle', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { 'd/a': 'a', 'e/b': 'b' });
    await symlink('d/a', join(s.local, 'to-a'));
    await symlink('../e', join(s.local, 'd', 'to-e'));
    await symlink('..', join(s.local, 'd', 'up'));
    await symlink('nowhere', join(s.local, 'broken'));
    const error = await rejection<DirectoryTransferError>(
      s.streaming.uploadDirectory({ symlinks: 'follow', onEntry: s.onEntry }, s.local),
    );
    expect(error).toMatchObject({ report: { failed: 2 } });
    expect(s.told('failed').sort()).toEqual(['broken', 'd/up']);
    expect(s.failureCodes().sort()).toEqual(['ENOENT', 'LinkCycle']);
    expect(await shareTree(s)).toEqual({
      'd/': '',
      'd/a': 'a',
      'd/to-e/': '',
      'd/to-e/b': 'b',
      'e/': '',
      'e/b': 'b',
      'to-a': 'a',
    });
    expect(
      await rejection<DirectoryTransferError>(s.streaming.uploadDirectory({ symlinks: 'follow' }, s.local)),
    ).toMatchObject({
      report: { filesCopied: 0, filesUnchanged: 4 },
    });
  });

  it('leaves records of locks and unfinished transfers out, at both sides', async () => {
    const s = await setUpTree();
    const temporary = '.azstore-1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp';
    await fillLocal(s.local, { a: 'a', [temporary]: 'x', '.a.lease': '', '.b.lease': 'a file like others' });
    await fillShare(s, { locked: '' });
    await s.leases.acquire({ path: 'locked' });
    const report = await s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local);
    expect(report).toMatchObject({ filesCopied: 2, skipped: 2 });
    expect(s.events).toContainEqual({ type: 'skipped', path: temporary, reason: 'unfinished-transfer' });
    expect(s.events).toContainEqual({ type: 'skipped', path: '.a.lease', reason: 'lock-record' });
    expect(Object.keys(await shareTree(s))).toEqual(['.b.lease', '.locked.lease', 'a', 'locked']);
  });

  it('does not write over the record of a lock', async () => {
    const s = await setUpTree();
    await fillShare(s, { a: 'a' });
    await s.leases.release(await s.leases.acquire({ path: 'a' }));
    await fillLocal(s.local, { '.a.lease': 'content' });
    const report = await s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local);
    expect(report).toMatchObject({ filesCopied: 0, skipped: 1 });
    expect((await s.files.getProperties({ path: '.a.lease' })).size).toBe(0);
  });

  it('takes part of a tree, and makes no directory for what takes none', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, {
      'a.md': 'a',
      'b.txt': 'b',
      'd/c.md': 'c',
      'd/t.tmp': 't',
      'e/f.txt': 'f',
      'g/': '',
    });
    await s.streaming.uploadDirectory({ path: 'md', include: ['*.md'] }, s.local);
    expect(await shareTree(s, 'md')).toEqual({ 'a.md': 'a', 'd/': '', 'd/c.md': 'c' });
    await s.streaming.uploadDirectory({ path: 'rest', exclude: ['*.MD', 'E/'] }, s.local);
    expect(await shareTree(s, 'rest')).toEqual({ 'b.txt': 'b', 'd/': '', 'd/t.tmp': 't', 'g/': '' });
    await s.streaming.uploadDirectory({ path: 'whole', include: ['d/'], exclude: ['*.tmp'] }, s.local);
    expect(await shareTree(s, 'whole')).toEqual({ 'd/': '', 'd/c.md': 'c' });
  });

  it.each([
    ['many small files', Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`d/e/${i}.md`, 'x']))],
    ['one file that takes the whole budget', { 'd/e/large.md': patterned(9 * rangeSize) }],
  ])('makes directories where nobody has made room for that: %s', async (_, files) => {
    const s = await setUpTree();
    await fillLocal(s.local, files);
    const request = { path: 'md', include: ['*.md'], concurrency: 2 };
    const planned = await s.streaming.uploadDirectory({ ...request, dryRun: true }, s.local);
    const report = await s.streaming.uploadDirectory(request, s.local);
    expect(report).toMatchObject({ filesCopied: Object.keys(files).length, directoriesCreated: 3 });
    expect(planned).toEqual(report);
    expect(await shareTree(s, 'md')).toEqual(await localTree(s.local));
  });

  it('changes nothing in a dry run, and tells what it would do', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { 'd/a': 'a', b: 'bb', same: 's' });
    await s.streaming.uploadDirectory({ include: ['same'] }, s.local);
    s.forget();
    const report = await s.streaming.uploadDirectory({ dryRun: true, onEntry: s.onEntry }, s.local);
    expect(report).toMatchObject({
      filesCopied: 2,
      bytesCopied: 3,
      filesUnchanged: 1,
      directoriesCreated: 1,
    });
    expect(s.told('copied').sort()).toEqual(['b', 'd/a']);
    expect(s.requests().every((request) => request.startsWith('GET'))).toBe(true);
    expect(await shareTree(s)).toEqual({ same: 's' });
  });

  it('tells of a locked file, moves the others, and the file the next time', async () => {
    const s = await setUpTree();
    await fillShare(s, { locked: 'old' });
    const lease = await s.leases.acquire({ path: 'locked' });
    await fillLocal(s.local, { locked: 'new', other: 'other' });
    const error = await rejection<DirectoryTransferError>(
      s.streaming.uploadDirectory({ waitMs: 0, onEntry: s.onEntry }, s.local),
    );
    expect(error).toMatchObject({ report: { failed: 1, filesCopied: 1 } });
    expect(s.failureCodes()).toEqual(['FileLocked']);
    await s.leases.release(lease);
    expect(await s.streaming.uploadDirectory({}, s.local)).toMatchObject({
      filesCopied: 1,
      filesUnchanged: 1,
    });
  });

  it('tells of what it may not read, and transfers the rest', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('the superuser may read everything');
    const s = await setUpTree();
    await fillLocal(s.local, { secret: 's', 'closed/x': 'x', ok: 'ok' });
    await chmod(join(s.local, 'secret'), 0);
    await chmod(join(s.local, 'closed'), 0);
    const error = await rejection<DirectoryTransferError>(
      s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local),
    );
    await chmod(join(s.local, 'closed'), 0o700);
    expect(error).toMatchObject({ report: { failed: 2, filesCopied: 1 } });
    expect(s.failureCodes()).toEqual(['EACCES']);
  });

  it('notices a file that is written to while it is sent', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { a: 'a', big: patterned(3 * rangeSize) });
    let touched = false;
    s.transport.intercept = async (request, next) => {
      if (/comp=range/.test(request.target) && request.target.includes('.azstore-') && !touched) {
        touched = true;
        await setModified(join(s.local, 'big'), made);
      }
      return next();
    };
    const error = await rejection<DirectoryTransferError>(
      s.streaming.uploadDirectory({ onEntry: s.onEntry }, s.local),
    );
    expect(error).toMatchObject({ report: { failed: 1, filesCopied: 1 } });
    expect(s.failureCodes()).toEqual(['SourceChanged']);
    s.transport.intercept = (_request, next) => next();
    await s.streaming.uploadDirectory({}, s.local);
    expect(await shareTree(s)).toEqual(await localTree(s.local));
  });

  it('compares by MD5 where it is told to, and stores it', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { same: 'same', other: 'abc', unknown: 'u' });
    await s.streaming.uploadDirectory({ compare: 'md5', exclude: ['unknown'] }, s.local);
    await s.streaming.uploadDirectory({ include: ['unknown'] }, s.local);
    expect((await s.files.getProperties({ path: 'same' })).contentMd5).toBeDefined();
    await setModified(join(s.local, 'same'), made);
    const { mtimeMs } = await stat(join(s.local, 'other'));
    await writeFile(join(s.local, 'other'), 'xyz');
    await setModified(join(s.local, 'other'), mtimeMs);
    s.forget();
    const report = await s.streaming.uploadDirectory({ compare: 'md5', onEntry: s.onEntry }, s.local);
    expect(report).toMatchObject({ filesCopied: 1, filesUnchanged: 2 });
    expect(s.told('copied')).toEqual(['other']);
    // Of a file without a stored MD5 the bytes are read.
    expect(s.requests()).toContain('GET data/unknown');
    expect(s.requests()).not.toContain('GET data/same');
  });

  it('ends at once when the share is missing, or the local directory', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { a: 'a' });
    await expect(s.streaming.uploadDirectory({ share: 'nosuch' }, s.local)).rejects.toMatchObject({
      code: 'ShareNotFound',
    });
    await expect(s.streaming.uploadDirectory({}, join(s.local, 'no'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await expect(s.streaming.uploadDirectory({}, join(s.local, 'a'))).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
    expect(await shareTree(s)).toEqual({});
  });

  it('goes on where a directory vanishes under it', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { 'gone/x': 'x', 'stays/y': 'y' });
    s.transport.intercept = async (request, next) => {
      if (request.method === 'PUT' && /\/gone\?/.test(request.target)) {
        await rename(join(s.local, 'gone'), join(s.local, 'moved'));
        await mkdir(join(s.local, 'gone-not'));
      }
      return next();
    };
    const error = await rejection<DirectoryTransferError>(
      s.streaming.uploadDirectory({ concurrency: 1, onEntry: s.onEntry }, s.local),
    );
    expect(error).toMatchObject({ report: { failed: 1 } });
    expect((await shareTree(s))['stays/y']).toBe('y');
  });
});
