import { mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DirectoryTransferError } from '../../../src/files/index.js';
import { rejection } from '../../support/rejection.js';
import { fillLocal, fillShare, localTree, setUpTree, shareTree, totals } from './tree-setting.js';

describe('sync to a share', () => {
  it('deletes what the local directory does not have, where it is told to', async () => {
    const s = await setUpTree();
    await fillShare(s, {
      'top/a': 'old',
      'top/gone': 'g',
      'top/d/x': 'x',
      'top/d/e/y': 'y',
      'top/k/z': 'z',
      out: 'o',
    });
    await fillLocal(s.local, { a: 'a', 'k/n': 'n' });
    const to = { path: 'top' };
    const without = await s.streaming.sync({ from: s.local, to });
    expect(without).toMatchObject({ filesCopied: 2, filesDeleted: 0 });
    expect((await shareTree(s, 'top')).gone).toBe('g');
    const report = await s.streaming.sync({ from: s.local, to, delete: true, onEntry: s.onEntry });
    expect(report).toEqual({ ...totals, filesUnchanged: 2, filesDeleted: 4, directoriesDeleted: 2 });
    expect(s.told('deleted').sort()).toEqual(['d', 'd/e', 'd/e/y', 'd/x', 'gone', 'k/z']);
    expect(await shareTree(s)).toEqual({ out: 'o', 'top/': '', 'top/a': 'a', 'top/k/': '', 'top/k/n': 'n' });
  });

  it('tells in a dry run what it would delete, and deletes nothing', async () => {
    const s = await setUpTree();
    await fillShare(s, { gone: 'g', 'd/x': 'x', inTheWay: 'file' });
    await fillLocal(s.local, { 'inTheWay/a': 'a' });
    const before = await shareTree(s);
    const report = await s.streaming.sync({
      from: s.local,
      to: {},
      delete: true,
      dryRun: true,
      onEntry: s.onEntry,
    });
    expect(report).toEqual({
      ...totals,
      filesCopied: 1,
      bytesCopied: 1,
      directoriesCreated: 1,
      filesDeleted: 3,
      directoriesDeleted: 1,
    });
    expect(s.told('deleted').sort()).toEqual(['d', 'd/x', 'gone', 'inTheWay']);
    expect(await shareTree(s)).toEqual(before);
    await s.streaming.sync({ from: s.local, to: {}, delete: true });
    expect(await shareTree(s)).toEqual({ 'inTheWay/': '', 'inTheWay/a': 'a' });
  });

  it('puts files where directories were, and directories where files were', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'f/x/y': 'y', 'f/z': 'z', d: 'd', 'deep/f/x': 'x' });
    await fillLocal(s.local, { f: 'file', 'd/e/g': 'g', 'deep/f': 'file' });
    const failing = await rejection<DirectoryTransferError>(s.streaming.sync({ from: s.local, to: {} }));
    expect(failing.report).toMatchObject({ failed: 3, filesCopied: 0 });
    await s.streaming.sync({ from: s.local, to: {}, delete: true });
    expect(await shareTree(s)).toEqual(await localTree(s.local));
  });

  it('deletes nothing when something could not be listed', async () => {
    const s = await setUpTree({ retryConfig: { maxAttempts: 1 } });
    await fillShare(s, { gone: 'g', 'd/x': 'x' });
    await fillLocal(s.local, { 'd/y': 'y', a: 'a' });
    s.refuse('GET data/d comp=list', 'InternalError', 500);
    const error = await rejection<DirectoryTransferError>(
      s.streaming.sync({ from: s.local, to: {}, delete: true }),
    );
    expect(error.report).toMatchObject({
      filesCopied: 1,
      failed: 1,
      filesDeleted: 0,
      deletionsWithheld: true,
    });
    expect(error.message).toContain('nothing was deleted');
    s.mend();
    expect((await shareTree(s)).gone).toBe('g');
  });

  it('deletes what is to be deleted also when some files could not be moved', async () => {
    const s = await setUpTree();
    await fillShare(s, { gone: 'g' });
    await fillLocal(s.local, { 'a:b': 'no name of a share', ok: 'ok' });
    const error = await rejection<DirectoryTransferError>(
      s.streaming.sync({ from: s.local, to: {}, delete: true }),
    );
    expect(error.report).toMatchObject({ failed: 1, filesDeleted: 1, deletionsWithheld: false });
    expect(await shareTree(s)).toEqual({ ok: 'ok' });
  });

  it('leaves alone what is excluded, and directories that hold some of it', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'keep.log': 'k', 'd/x': 'x', 'd/y.log': 'y', 'e/z': 'z', 'logs/a': 'a' });
    const report = await s.streaming.sync({
      from: s.local,
      to: {},
      delete: true,
      exclude: ['*.log', 'logs/'],
      onEntry: s.onEntry,
    });
    expect(report).toMatchObject({ filesDeleted: 2, directoriesDeleted: 1, skipped: 1 });
    expect(s.events).toContainEqual({ type: 'skipped', path: 'd', reason: 'not-empty' });
    expect(Object.keys(await shareTree(s))).toEqual(['d/', 'd/y.log', 'keep.log', 'logs/', 'logs/a']);
  });

  it('with include deletes only what matches', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'a.md': 'a', 'b.txt': 'b', 'd/c.md': 'c', 'd/e.txt': 'e', 'f/g.md': 'g', 'h/': '' });
    await s.streaming.sync({ from: s.local, to: {}, delete: true, include: ['*.md'] });
    expect(Object.keys(await shareTree(s))).toEqual(['b.txt', 'd/', 'd/e.txt', 'h/']);
  });

  it('keeps records of locks beside files that stay, and takes them away with their directory', async () => {
    const s = await setUpTree();
    await fillShare(s, { a: 'a', 'd/b': 'b', 'e/c': 'c' });
    for (const path of ['a', 'd/b']) await s.leases.release(await s.leases.acquire({ path }));
    await s.leases.acquire({ path: 'e/c' });
    await fillLocal(s.local, { a: 'a' });
    const error = await rejection<DirectoryTransferError>(
      s.streaming.sync({ from: s.local, to: {}, delete: true, waitMs: 0, onEntry: s.onEntry }),
    );
    expect(error.report).toMatchObject({ filesDeleted: 1, directoriesDeleted: 1, failed: 1 });
    expect(s.told('failed')).toEqual(['e/c']);
    expect(Object.keys(await shareTree(s))).toEqual(['.a.lease', 'a', 'e/', 'e/.c.lease', 'e/c']);
  });

  it('leaves a temporary file alone that somebody may be writing, and the directory that it is in', async () => {
    const s = await setUpTree();
    const temporary = '.azstore-1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp';
    await fillShare(s, { [temporary]: 'x', [`d/${temporary}`]: 'x', 'd/y': 'y' });
    const report = await s.streaming.sync({ from: s.local, to: {}, delete: true });
    expect(report).toMatchObject({ filesDeleted: 1, directoriesDeleted: 0, skipped: 1 });
    expect(Object.keys(await shareTree(s))).toEqual([temporary, 'd/', `d/${temporary}`]);
  });

  it('does not delete what only differs in case', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'ÄÖ/É.TXT': 'x' });
    await fillLocal(s.local, { 'äö/é.txt': 'x!' });
    await s.streaming.sync({ from: s.local, to: {}, delete: true });
    expect(await shareTree(s)).toEqual({ 'ÄÖ/': '', 'ÄÖ/É.TXT': 'x!' });
  });

  it('does not delete what has come to the local directory meanwhile', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'd/late': 'x', 'd/gone': 'y' });
    await fillLocal(s.local, { 'd/a': 'a' });
    let listings = 0;
    s.transport.intercept = async (request, next) => {
      // The second listing of a directory is the one before deletions.
      if (/\/d\?.*comp=list/.test(request.target)) listings += 1;
      if (listings === 2) await writeFile(join(s.local, 'd', 'late'), 'now it is here');
      return next();
    };
    await s.streaming.sync({ from: s.local, to: {}, delete: true });
    expect(Object.keys(await shareTree(s))).toContain('d/late');
    expect(Object.keys(await shareTree(s))).not.toContain('d/gone');
  });
});

describe('sync from a share', () => {
  it('deletes what the share does not have, where it is told to', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'top/a': 'a', 'top/k/n': 'n' });
    await fillLocal(s.local, { a: 'old', gone: 'g', 'd/x': 'x', 'd/e/y': 'y', 'k/z': 'z' });
    const from = { path: 'top' };
    await s.streaming.sync({ from, to: s.local });
    expect((await localTree(s.local)).gone).toBe('g');
    const report = await s.streaming.sync({ from, to: s.local, delete: true, onEntry: s.onEntry });
    expect(report).toEqual({ ...totals, filesUnchanged: 2, filesDeleted: 4, directoriesDeleted: 2 });
    expect(s.told('deleted').sort()).toEqual(['d', 'd/e', 'd/e/y', 'd/x', 'gone', 'k/z']);
    expect(await localTree(s.local)).toEqual({ a: 'a', 'k/': '', 'k/n': 'n' });
  });

  it('removes links themselves, never what they lead to', async () => {
    const s = await setUpTree();
    const target = join(s.local, 'target');
    await fillLocal(s.local, { 'outside/x': 'mine', 'target/y': 'y' });
    await symlink('../outside', join(target, 'link'));
    await symlink('../outside', join(target, 'replaced'));
    await fillShare(s, { 'replaced/z': 'z' });
    await s.streaming.sync({ from: {}, to: target, delete: true });
    expect(await localTree(target)).toEqual({ 'replaced/': '', 'replaced/z': 'z' });
    expect(await localTree(join(s.local, 'outside'))).toEqual({ x: 'mine' });
  });

  it('puts files where directories were, and the other way round', async () => {
    const s = await setUpTree();
    await fillShare(s, { f: 'file', 'd/e/g': 'g' });
    await fillLocal(s.local, { 'f/x/y': 'y', d: 'd' });
    await s.streaming.sync({ from: {}, to: s.local, delete: true });
    expect(await localTree(s.local)).toEqual(await shareTree(s));
  });

  it('leaves alone what is excluded, and what transfers and locks have left', async () => {
    const s = await setUpTree();
    const temporary = '.azstore-1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp';
    await fillLocal(s.local, { 'a.log': 'a', b: 'b', [temporary]: 'x', '.b.lease': '', '.c.lease': 'mine' });
    const report = await s.streaming.sync({ from: {}, to: s.local, delete: true, exclude: ['*.log'] });
    expect(report).toMatchObject({ filesDeleted: 2, failed: 0 });
    expect(Object.keys(await localTree(s.local))).toEqual([temporary, '.b.lease', 'a.log'].sort());
  });

  it('deletes nothing when the share cannot be listed, or is missing', async () => {
    const s = await setUpTree({ retryConfig: { maxAttempts: 1 } });
    await fillLocal(s.local, { a: 'a' });
    for (const from of [{ share: 'nosuch' }, { path: 'no' }]) {
      await expect(s.streaming.sync({ from, to: s.local, delete: true })).rejects.toThrow();
    }
    s.refuse('GET data comp=list', 'InternalError', 500);
    await expect(s.streaming.sync({ from: {}, to: s.local, delete: true })).rejects.toMatchObject({
      code: 'InternalError',
    });
    expect(await localTree(s.local)).toEqual({ a: 'a' });
  });

  it('deletes a local name that differs in case from one that is written the same', async () => {
    const s = await setUpTree();
    await fillShare(s, { a: 'share' });
    await fillLocal(s.local, { a: 'old', A: 'other' });
    await s.streaming.sync({ from: {}, to: s.local, delete: true });
    expect(await localTree(s.local)).toEqual({ a: 'share' });
  });
});

describe('a request to sync', () => {
  it.each([
    [{ from: 'a', to: 'b' }, 'one of from and to'],
    [{ from: {}, to: {} }, 'one of from and to'],
    [{ from: 'a' }, 'one of from and to'],
    [{ from: 'a', to: { shar: 'x' } }, 'unknown field "shar"'],
    [{ from: '', to: {} }, 'the local path'],
    [{ from: 'a\0', to: {} }, 'the local path'],
    [{ from: {}, to: 'a', atomic: true }, 'atomic and symlinks are for uploads'],
    [{ from: {}, to: 'a', symlinks: 'follow' }, 'atomic and symlinks are for uploads'],
    [{ from: 'a', to: {}, compare: 'md5', timeToleranceMs: 5 }, 'times do not count'],
    [{ from: 'a', to: {}, existing: 'replace', compare: 'time' }, 'nothing is compared'],
    [{ from: 'a', to: {}, existing: 'sometimes' }, 'existing must be'],
    [{ from: 'a', to: {}, compare: 'size' }, 'compare must be'],
    [{ from: 'a', to: {}, symlinks: true }, 'symlinks must be'],
    [{ from: 'a', to: {}, timeToleranceMs: -1 }, 'timeToleranceMs'],
    [{ from: 'a', to: {}, include: '*.md' }, 'include must be a list'],
    [{ from: 'a', to: {}, exclude: [''] }, 'must not be empty'],
    [{ from: 'a', to: {}, waitMs: -1 }, 'waitMs'],
    [{ from: 'a', to: {}, resume: '' }, 'resume must be'],
    [{ from: 'a', to: {}, concurrency: 0 }, 'concurrency'],
    [{ from: 'a', to: {}, onEntry: 'me' }, 'onEntry must be a function'],
    [{ from: 'a', to: { path: 'a:b' } }, 'must not contain'],
    [{ from: 'a', to: {}, deletes: true }, 'unknown field "deletes"'],
  ])('%j is refused before anything is done', async (request, reason) => {
    const s = await setUpTree();
    const error = await rejection<Error>(s.streaming.sync(request as never));
    expect(error.message).toContain(reason);
    expect(error.name).toBe('ConfigurationError');
    expect(s.requests()).toEqual([]);
  });

  it('needs a service version that keeps the times of files', async () => {
    const s = await setUpTree({ apiVersion: '2021-04-10' });
    await expect(s.streaming.sync({ from: s.local, to: {} })).rejects.toMatchObject({
      code: 'UnsupportedVersion',
    });
  });
});

describe('the end of a sync', () => {
  it('comes at once with the reason of an abort, and leaves nothing under way', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, 'x'])));
    const controller = new AbortController();
    const reason = new Error('enough');
    const onEntry = () => controller.abort(reason);
    const { signal } = controller;
    await expect(s.streaming.sync({ from: s.local, to: {}, signal, onEntry })).rejects.toBe(reason);
    const sent = s.transport.sent.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(s.transport.sent.length).toBe(sent);
    await expect(s.streaming.sync({ from: s.local, to: {}, signal })).rejects.toBe(reason);
  });

  it('is what a listener throws', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { a: 'a', b: 'b' });
    const fail = () => {
      throw new Error('cannot write it down');
    };
    for (const listener of [{ onEntry: fail }, { onEntry: async () => fail() }, { onProgress: fail }]) {
      await expect(s.streaming.sync({ from: s.local, to: {}, ...listener })).rejects.toThrow(
        'cannot write it down',
      );
    }
  });

  it('waits for a listener, so that it is not flooded', async () => {
    const s = await setUpTree({ concurrency: 1 });
    await fillLocal(s.local, { a: 'a', b: 'b', c: 'c' });
    let under = 0;
    let most = 0;
    const onEntry = async () => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
    };
    await s.streaming.sync({ from: s.local, to: {}, onEntry });
    expect(most).toBeLessThan(3);
  });

  it('comes after a few failures of the connection in a row', async () => {
    const s = await setUpTree({ retryConfig: { maxAttempts: 1 }, concurrency: 1 });
    await fillLocal(s.local, Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, 'x'])));
    s.cut(/PUT/);
    await expect(s.streaming.sync({ from: s.local, to: {}, onEntry: s.onEntry })).rejects.toMatchObject({
      code: 'ConnectionFailed',
    });
    expect(s.told('failed')).toHaveLength(2);
  });

  it('does not come after one failure of the connection', async () => {
    const s = await setUpTree({ retryConfig: { maxAttempts: 1 } });
    await fillLocal(s.local, { a: 'a', b: 'b', c: 'c' });
    s.cut(/PUT .*\/b$/);
    const error = await rejection<DirectoryTransferError>(s.streaming.sync({ from: s.local, to: {} }));
    expect(error.report).toMatchObject({ filesCopied: 2, failed: 1 });
  });

  it('tells of a failed directory once, and of none of what is in it', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { 'no:name/a': 'a', 'no:name/d/b': 'b', ok: 'ok' });
    const error = await rejection<DirectoryTransferError>(s.streaming.sync({ from: s.local, to: {} }));
    expect(error.report.failures.map(({ path }) => path)).toEqual(['no:name']);
    expect(error.cause).toBe(error.report.failures[0]?.error);
    expect(error.message).toContain('one path could not be transferred; no:name: ');
  });
});

describe('progress of a sync', () => {
  it('counts files and bytes that have arrived, and never goes back', async () => {
    const s = await setUpTree();
    await fillLocal(s.local, { a: 'a'.repeat(10), 'd/b': 'b'.repeat(5000), same: 's' });
    await s.streaming.sync({ from: s.local, to: {}, include: ['same'] });
    const loaded: number[] = [];
    let last: unknown;
    await s.streaming.sync({
      from: s.local,
      to: {},
      onProgress: (progress) => {
        loaded.push(progress.loadedBytes);
        last = progress;
      },
    });
    expect(last).toMatchObject({
      loadedBytes: 5010,
      totalBytes: 5010,
      loadedFiles: 2,
      totalFiles: 2,
      unchangedFiles: 1,
      isListed: true,
    });
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    expect(loaded.length).toBeGreaterThan(5);
  });
});

describe('what a sync leaves', () => {
  it('is no empty directory of the target that could not be filled', async () => {
    const s = await setUpTree();
    await mkdir(join(s.local, 'd'));
    await s.streaming.sync({ from: s.local, to: {} });
    await rm(join(s.local, 'd'), { recursive: true });
    await s.streaming.sync({ from: s.local, to: {}, delete: true });
    expect(await shareTree(s)).toEqual({});
    expect(await readdir(s.local)).toEqual([]);
    await expect(readlink(s.local)).rejects.toThrow();
  });
});
