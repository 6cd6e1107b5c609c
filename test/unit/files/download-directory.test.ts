import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DirectoryTransferError } from '../../../src/files/index.js';
import { bufferedBody } from '../../../src/files/index.js';
import { patterned } from '../../support/patterned.js';
import { rejection } from '../../support/rejection.js';
import { rangeSize } from './streaming-setting.js';
import {
  fillLocal,
  fillShare,
  localTree,
  modifiedAt,
  setModified,
  setUpTree,
  shareTree,
  totals,
} from './tree-setting.js';

const lastWriteTime = '2020-05-06T07:08:09.1234567Z';

describe('downloadDirectory', () => {
  it('makes a local directory like one of a share, empty directories too', async () => {
    const s = await setUpTree();
    await fillShare(s, {
      'from/a.txt': 'a',
      'from/empty': '',
      'from/d/b': patterned(rangeSize),
      'from/d/e/': '',
      'from/d/big': patterned(10 * rangeSize + 17),
      'elsewhere/x': 'x',
    });
    const target = join(s.local, 'to', 'be', 'made');
    const report = await s.streaming.downloadDirectory({ path: 'from' }, target);
    expect(await localTree(target)).toEqual(await shareTree(s, 'from'));
    expect(report).toEqual({ ...totals, filesCopied: 4, bytesCopied: 11_282, directoriesCreated: 3 });
  });

  it('takes one request for a small file and none for an empty one', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'd/a': 'a', 'd/empty': '' });
    s.forget();
    await s.streaming.downloadDirectory({}, s.local);
    expect(s.requests().sort()).toEqual(['GET data comp=list', 'GET data/d comp=list', 'GET data/d/a']);
  });

  it('keeps times, so that a second run moves nothing, in either direction', async () => {
    const s = await setUpTree();
    await fillShare(s, { small: 'a', empty: '', big: patterned(3 * rangeSize) });
    for (const path of ['small', 'empty', 'big']) {
      await s.files.setProperties({ path, smb: { lastWriteTime } });
    }
    await s.streaming.downloadDirectory({}, s.local);
    for (const name of ['small', 'empty', 'big']) {
      expect(await modifiedAt(join(s.local, name))).toBeCloseTo(Date.parse(lastWriteTime) + 0.4567, 2);
    }
    s.forget();
    expect(await s.streaming.downloadDirectory({}, s.local)).toEqual({ ...totals, filesUnchanged: 3 });
    expect(await s.streaming.uploadDirectory({}, s.local)).toEqual({ ...totals, filesUnchanged: 3 });
    expect(s.requests()).toEqual(['GET data comp=list', 'GET data comp=list']);
  });

  it('keeps times before 1970', async () => {
    const s = await setUpTree();
    await fillShare(s, { small: 'a', big: patterned(3 * rangeSize) });
    for (const path of ['small', 'big']) {
      await s.files.setProperties({ path, smb: { lastWriteTime: '1950-01-01T00:00:00.0000000Z' } });
    }
    await s.streaming.downloadDirectory({}, s.local);
    expect(await modifiedAt(join(s.local, 'small'))).toBe(Date.UTC(1950, 0));
    expect(await s.streaming.downloadDirectory({}, s.local)).toEqual({ ...totals, filesUnchanged: 2 });
  });

  it('moves what has changed, and replaces or keeps what is there as it is told', async () => {
    const s = await setUpTree();
    await fillShare(s, { same: 'same', changed: 'a' });
    await s.streaming.downloadDirectory({}, s.local);
    await fillShare(s, { changed: 'bc' });
    expect(await s.streaming.downloadDirectory({ existing: 'keep' }, s.local)).toMatchObject({ skipped: 2 });
    expect(await s.streaming.downloadDirectory({}, s.local)).toMatchObject({
      filesCopied: 1,
      filesUnchanged: 1,
    });
    expect(await localTree(s.local)).toEqual({ same: 'same', changed: 'bc' });
    expect(await s.streaming.downloadDirectory({ existing: 'replace' }, s.local)).toMatchObject({
      filesCopied: 2,
    });
  });

  it('changes nothing in a dry run', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'd/a': 'a' });
    const target = join(s.local, 'new');
    const report = await s.streaming.downloadDirectory({ dryRun: true, onEntry: s.onEntry }, target);
    expect(report).toMatchObject({ filesCopied: 1, bytesCopied: 1, directoriesCreated: 2 });
    expect(await localTree(s.local)).toEqual({});
  });

  it('leaves records of locks and what is unfinished out', async () => {
    const s = await setUpTree();
    const temporary = '.azstore-1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp';
    await fillShare(s, { a: 'a', [temporary]: 'x' });
    await s.leases.acquire({ path: 'a' });
    await fillLocal(s.local, { unwritten: 'u' });
    s.breakOff(/comp=range|DELETE/);
    await rejection(s.streaming.uploadDirectory({}, s.local));
    s.mend();
    const target = join(s.local, 'to');
    const report = await s.streaming.downloadDirectory({ onEntry: s.onEntry }, target);
    expect(report).toMatchObject({ filesCopied: 1, skipped: 2 });
    expect(s.told('skipped').sort()).toEqual([temporary, 'unwritten']);
    expect(await localTree(target)).toEqual({ a: 'a' });
  });

  it('follows no link below the local directory, and tells of what is in the way', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'd/stolen': 'x', 'e/x': 'x', f: 'f', g: 'g', ok: 'ok' });
    const outside = join(s.local, 'outside');
    const target = join(s.local, 'to');
    await fillLocal(s.local, { 'outside/f': 'mine', 'to/e': 'a file', 'to/g/h': 'in a directory' });
    await symlink(outside, join(target, 'd'));
    await symlink(join(outside, 'f'), join(target, 'f'));
    const error = await rejection<DirectoryTransferError>(
      s.streaming.downloadDirectory({ onEntry: s.onEntry }, target),
    );
    expect(error.report).toMatchObject({ filesCopied: 1, failed: 4 });
    expect(s.told('failed').sort()).toEqual(['d', 'e', 'f', 'g']);
    expect(s.failureCodes().sort()).toEqual(['LocalNotADirectory', 'LocalNotAFile']);
    expect(await localTree(outside)).toEqual({ f: 'mine' });
    expect(await readFile(join(target, 'ok'), 'utf8')).toBe('ok');
  });

  it('may be given a link to a directory as its target', async () => {
    const s = await setUpTree();
    await fillShare(s, { a: 'a' });
    await mkdir(join(s.local, 'real'));
    await symlink('real', join(s.local, 'link'));
    await s.streaming.downloadDirectory({}, join(s.local, 'link'));
    expect(await localTree(join(s.local, 'real'))).toEqual({ a: 'a' });
  });

  it('writes nothing under a name that leads elsewhere', async () => {
    const s = await setUpTree();
    await fillShare(s, { 'd/abc': 'x', ok: 'ok' });
    s.transport.intercept = async (request, next) => {
      const response = await next();
      if (!/\/d\?.*comp=list/.test(request.target)) return response;
      const text = Buffer.from(await response.body.bytes(1_000_000))
        .toString()
        .replace('abc', '../../stolen');
      return { ...response, body: bufferedBody(Buffer.from(text)) };
    };
    const target = join(s.local, 'to', 'deeper');
    const error = await rejection<DirectoryTransferError>(
      s.streaming.downloadDirectory({ onEntry: s.onEntry }, target),
    );
    expect(error.report).toMatchObject({ filesCopied: 1, failed: 1 });
    expect(s.failureCodes()).toEqual(['UnexpectedAnswer']);
    expect(Object.keys(await localTree(s.local))).toEqual(['to/', 'to/deeper/', 'to/deeper/ok']);
  });

  it('takes a local name for the same that differs in case, and the same one first', async () => {
    const s = await setUpTree();
    await fillShare(s, { Readme: 'new', both: 'new' });
    await fillLocal(s.local, { README: 'old', Both: 'mine', both: 'old' });
    await s.streaming.downloadDirectory({}, s.local);
    expect(await localTree(s.local)).toEqual({ README: 'new', Both: 'mine', both: 'new' });
    expect(await s.streaming.downloadDirectory({}, s.local)).toMatchObject({
      filesUnchanged: 2,
      filesCopied: 0,
    });
  });

  it('leaves no temporary file behind, whatever breaks off', async () => {
    const s = await setUpTree({ retryConfig: { maxAttempts: 1 } });
    await fillShare(s, { a: 'a', b: patterned(5 * rangeSize), c: 'c' });
    s.refuse('GET data/b', 'SharingViolation');
    const error = await rejection<DirectoryTransferError>(s.streaming.downloadDirectory({}, s.local));
    expect(error.report).toMatchObject({ filesCopied: 2, failed: 1 });
    expect(await localTree(s.local)).toEqual({ a: 'a', c: 'c' });
    s.mend();
    expect(await s.streaming.downloadDirectory({}, s.local)).toMatchObject({
      filesCopied: 1,
      filesUnchanged: 2,
    });
  });

  it('compares by MD5 where it is told to, also of files that have none stored', async () => {
    const s = await setUpTree();
    await fillShare(s, { same: 'same', other: 'abc', empty: '', big: patterned(3 * rangeSize) });
    await fillLocal(s.local, { same: 'same', other: 'xyz', empty: '', big: patterned(3 * rangeSize) });
    const report = await s.streaming.downloadDirectory({ compare: 'md5', onEntry: s.onEntry }, s.local);
    expect(report).toMatchObject({ filesCopied: 1, filesUnchanged: 3 });
    expect(s.told('copied')).toEqual(['other']);
  });

  it('takes what was in a snapshot of the share', async () => {
    const s = await setUpTree();
    await fillShare(s, { a: 'old', 'd/b': 'b' });
    const snapshot = await s.snapshot();
    await fillShare(s, { a: 'newer', c: 'c' });
    await s.streaming.downloadDirectory({ snapshot }, s.local);
    expect(await localTree(s.local)).toEqual({ a: 'old', 'd/': '', 'd/b': 'b' });
  });

  it('takes a file that has grown since it was listed', async () => {
    const s = await setUpTree();
    await fillShare(s, { a: 'a' });
    const grown = patterned(5 * rangeSize);
    let once = true;
    s.transport.intercept = async (request, next) => {
      if (once && /\/a$/.test(request.target)) {
        once = false;
        await s.files.write({ path: 'a', data: grown });
      }
      return next();
    };
    const report = await s.streaming.downloadDirectory({}, s.local);
    expect(report.bytesCopied).toBe(grown.length);
    expect(new Uint8Array(await readFile(join(s.local, 'a')))).toEqual(grown);
  });

  it('ends at once when the directory is missing, or the local one cannot be made', async () => {
    const s = await setUpTree();
    await writeFile(join(s.local, 'file'), '');
    await expect(s.streaming.downloadDirectory({ path: 'no' }, s.local)).rejects.toMatchObject({
      code: 'DirectoryNotFound',
    });
    await expect(s.streaming.downloadDirectory({}, join(s.local, 'file'))).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
    await expect(s.streaming.downloadDirectory({}, join(s.local, 'file', 'x'))).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });

  it('lets a later time of the local file count as a difference, too', async () => {
    const s = await setUpTree();
    await fillShare(s, { a: 'share' });
    await fillLocal(s.local, { a: 'local' });
    await setModified(join(s.local, 'a'), Date.UTC(2100, 0, 1));
    await s.streaming.downloadDirectory({}, s.local);
    expect(await localTree(s.local)).toEqual({ a: 'share' });
  });
});
