import { createHash } from 'node:crypto';
import {
  appendFile,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/core/errors.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import { bufferedBody } from '../../../src/core/http/message.js';
import type { UploadFileRequest } from '../../../src/files/transfers/streaming-service.js';
import { identityAt } from '../../../src/transfer/file-sink.js';
import type { TransferProgress } from '../../../src/transfer/progress.js';
import { patterned } from '../../support/patterned.js';
import { rejection } from '../../support/rejection.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { WatchedController } from '../../support/watched-signal.js';
import {
  contentOf,
  isRangeWrite,
  isRead,
  namesIn,
  onNth,
  type Picked,
  rangeSize,
  type Setting,
  setUp,
} from './streaming-setting.js';

const data = patterned(20 * rangeSize + 5);
const noWay = () => Promise.reject(new NetworkError('ConnectionFailed', 'no way', { retryable: false }));
const isRename = ({ target }: Picked) => target.includes('comp=rename');

interface Place extends Setting {
  readonly directory: string;
  /** Where the notes go. */
  readonly notes: string;
  readonly local: string;
}

async function place(): Promise<Place> {
  const directory = await temporaryDirectory();
  const notes = join(directory, 'notes');
  return { ...setUp(), directory, notes, local: join(directory, 'local.bin') };
}

async function noted({ notes }: Place): Promise<string[]> {
  return readdir(notes).catch(() => []);
}

/** Ranges of requests that `which` picks, from now on. */
function watch({ transport }: Setting, which: (request: Picked) => boolean): string[] {
  const ranges: string[] = [];
  transport.intercept = (request, next) => {
    if (which(request)) ranges.push((request.headers as HttpHeaders).get('x-ms-range') ?? 'none');
    return next();
  };
  return ranges;
}

/** Lets nothing through any more. */
function cutOff({ transport }: Setting): void {
  transport.intercept = noWay;
}

async function uploading(request: Partial<UploadFileRequest> = {}, bytes = data) {
  const setting = await place();
  await writeFile(setting.local, bytes);
  const upload = (more: Partial<UploadFileRequest> = {}) =>
    setting.streaming.uploadFrom({ path: 'a', resume: setting.notes, ...request, ...more }, setting.local);
  return { setting, upload };
}

/** An upload whose connection was lost after some ranges. */
async function interruptedUpload(request: Partial<UploadFileRequest> = {}) {
  const { setting, upload } = await uploading(request);
  setting.transport.intercept = onNth(9, isRangeWrite, () => {
    cutOff(setting);
    return noWay();
  });
  await rejection(upload());
  expect(await noted(setting)).toHaveLength(1);
  return { setting, upload };
}

async function temporaryIn(setting: Setting): Promise<string> {
  const [name = ''] = (await namesIn(setting)).filter((each) => each.endsWith('.tmp'));
  return name;
}

describe('an upload that is resumed', () => {
  it('sends what is left, under the name that it had, and leaves no trace of it', async () => {
    const { setting, upload } = await interruptedUpload();
    watch(setting, isRangeWrite);
    const temporary = await temporaryIn(setting);
    expect(temporary).toMatch(/^\.azstore-.*\.tmp$/);
    const written = watch(setting, isRangeWrite);
    const info = await upload();
    // Eight were acknowledged, or were under way beside the one that failed.
    expect(written.length).toBeLessThanOrEqual(21 - 8 + 3);
    expect(await contentOf(setting, 'a')).toEqual(data);
    expect(await namesIn(setting)).toEqual(['a']);
    expect(await noted(setting)).toEqual([]);
    const { etag } = await setting.files.getProperties({ path: 'a' });
    expect(info).toMatchObject({ share: 'data', path: 'a', size: data.length, etag });
  });

  it('tells its progress from where it goes on, and never more than the total', async () => {
    const { setting, upload } = await interruptedUpload();
    watch(setting, isRangeWrite);
    const seen: TransferProgress[] = [];
    await upload({ onProgress: (progress) => seen.push(progress) });
    const loaded = seen.map(({ loadedBytes }) => loadedBytes);
    expect(loaded[0]).toBeGreaterThanOrEqual(5 * rangeSize);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ loadedBytes: data.length, totalBytes: data.length });
  });

  it('goes on after an abort', async () => {
    const { setting, upload } = await uploading();
    const controller = new WatchedController();
    const reason = new Error('enough');
    setting.transport.intercept = onNth(12, isRangeWrite, (_request, next) => {
      controller.abort(reason);
      return next();
    });
    expect(await rejection(upload({ signal: controller.signal }))).toBe(reason);
    expect(controller.listeners).toBe(0);
    const written = watch(setting, isRangeWrite);
    await upload();
    expect(written.length).toBeLessThanOrEqual(13);
    expect(await contentOf(setting, 'a')).toEqual(data);
  });

  it('goes on with another range size, from another client, with another credential', async () => {
    const { setting, upload } = await uploading();
    setting.transport.intercept = onNth(9, isRangeWrite, async () => ({
      status: 403,
      headers: HttpHeaders.of({ 'x-ms-error-code': 'AuthenticationFailed' }),
      body: bufferedBody(),
    }));
    expect(await rejection(upload())).toMatchObject({ name: 'AuthenticationError' });
    const written = watch(setting, isRangeWrite);
    await upload({ rangeSize: 4096 });
    expect(written.length).toBeLessThanOrEqual(4);
    expect(await contentOf(setting, 'a')).toEqual(data);
  });

  it('stores the MD5 of the whole, also of what an earlier run has sent', async () => {
    const { setting, upload } = await interruptedUpload({ checksum: 'md5' });
    watch(setting, isRangeWrite);
    await upload();
    const { contentMd5 } = await setting.files.getProperties({ path: 'a' });
    expect(contentMd5).toBe(createHash('md5').update(data).digest('base64'));
  });

  it.each<[string, (setting: Place) => Promise<unknown>]>([
    ['is longer', ({ local }) => appendFile(local, 'more')],
    ['was written to', ({ local }) => utimes(local, new Date(), new Date(Date.now() + 5_000))],
  ])('begins anew when the local file %s', async (_how, change) => {
    const { setting, upload } = await interruptedUpload();
    watch(setting, isRangeWrite);
    const temporary = await temporaryIn(setting);
    await change(setting);
    const written = watch(setting, isRangeWrite);
    await upload();
    expect(written).toHaveLength(21);
    expect(await contentOf(setting, 'a')).toEqual(new Uint8Array(await readFile(setting.local)));
    expect(await namesIn(setting)).not.toContain(temporary);
    expect(await noted(setting)).toEqual([]);
  });

  it.each<[string, (setting: Place, path: string) => Promise<unknown>]>([
    ['is gone', ({ files }, path) => files.delete({ path })],
    ['has another length', ({ files }, path) => files.resize({ path, size: 7 })],
    [
      'is another file',
      async ({ files }, path) => {
        await files.delete({ path });
        await files.create({ path, size: data.length });
      },
    ],
  ])('begins anew when the temporary file %s', async (_how, change) => {
    const { setting, upload } = await interruptedUpload();
    watch(setting, isRangeWrite);
    await change(setting, await temporaryIn(setting));
    const written = watch(setting, isRangeWrite);
    await upload();
    expect(written).toHaveLength(21);
    expect(await contentOf(setting, 'a')).toEqual(data);
    expect(await namesIn(setting)).toEqual(['a']);
  });

  it('begins anew when the file is to have other metadata', async () => {
    const { setting, upload } = await interruptedUpload();
    watch(setting, isRangeWrite);
    await upload({ metadata: { kind: 'other' } });
    expect((await setting.files.getProperties({ path: 'a' })).metadata).toEqual({ kind: 'other' });
    expect(await namesIn(setting)).toEqual(['a']);
  });

  it('sends again what the service no longer has', async () => {
    const { setting, upload } = await interruptedUpload();
    watch(setting, isRangeWrite);
    await setting.files.clearRange({ path: await temporaryIn(setting), range: { start: 1024, end: 3072 } });
    const written = watch(setting, isRangeWrite);
    await upload();
    expect(written).toEqual(expect.arrayContaining(['bytes=1024-2047', 'bytes=2048-3071']));
    expect(written.length).toBeLessThan(21);
    expect(await contentOf(setting, 'a')).toEqual(data);
  });

  it('takes a note that is damaged for none', async () => {
    const { setting, upload } = await interruptedUpload();
    watch(setting, isRangeWrite);
    const [name = ''] = await noted(setting);
    await truncate(join(setting.notes, name), 50);
    const written = watch(setting, isRangeWrite);
    await upload();
    expect(written).toHaveLength(21);
    expect(await contentOf(setting, 'a')).toEqual(data);
  });

  it('sends nothing again when the file has its name already, and only the note of it is left', async () => {
    const { setting, upload } = await uploading();
    let kept = '';
    setting.transport.intercept = onNth(1, isRename, async (_request, next) => {
      const [name = ''] = await noted(setting);
      kept = join(setting.notes, name);
      await copyFile(kept, `${setting.local}.note`);
      return next();
    });
    const first = await upload();
    await copyFile(`${setting.local}.note`, kept);
    setting.transport.sent.length = 0;
    expect(await upload()).toEqual(first);
    expect(setting.transport.sent.every((line) => line.startsWith('HEAD'))).toBe(true);
    expect(await noted(setting)).toEqual([]);
  });

  it('sends everything again when somebody else has replaced the file since', async () => {
    const { setting, upload } = await uploading();
    let kept = '';
    setting.transport.intercept = onNth(1, isRename, async (_request, next) => {
      const [name = ''] = await noted(setting);
      kept = join(setting.notes, name);
      await copyFile(kept, `${setting.local}.note`);
      return next();
    });
    await upload();
    await copyFile(`${setting.local}.note`, kept);
    await setting.files.delete({ path: 'a' });
    await setting.files.create({ path: 'a', size: data.length });
    await upload();
    expect(await contentOf(setting, 'a')).toEqual(data);
  });

  it('removes what it has left when the name is taken that may not be', async () => {
    const { setting, upload } = await interruptedUpload({ overwrite: false });
    watch(setting, isRangeWrite);
    await setting.files.create({ path: 'a', size: 1 });
    expect(await rejection(upload())).toMatchObject({ code: 'FileAlreadyExists' });
    expect(await namesIn(setting)).toEqual(['a']);
    expect(await noted(setting)).toEqual([]);
  });

  it('leaves nothing when nothing was acknowledged, or the local file changes meanwhile', async () => {
    const { setting, upload } = await uploading();
    setting.transport.intercept = (request, next) => (isRangeWrite(request) ? noWay() : next());
    await rejection(upload());
    expect([...(await namesIn(setting)), ...(await noted(setting))]).toEqual([]);
    setting.transport.intercept = onNth(9, isRangeWrite, async (_request, next) => {
      await appendFile(setting.local, 'more');
      return next();
    });
    expect(await rejection(upload())).toMatchObject({ code: 'SourceChanged' });
    expect([...(await namesIn(setting)), ...(await noted(setting))]).toEqual([]);
  });

  it('takes no notes of a file of one range', async () => {
    const { setting, upload } = await uploading({}, patterned(rangeSize));
    setting.transport.intercept = onNth(1, isRangeWrite, async (_request, next) => {
      expect(await noted(setting)).toEqual([]);
      return next();
    });
    await upload();
    expect(await contentOf(setting, 'a')).toEqual(patterned(rangeSize));
  });

  it('writes down no secrets', async () => {
    const { setting } = await interruptedUpload({ metadata: { secret: 'hush' } });
    const [name = ''] = await noted(setting);
    const text = await readFile(join(setting.notes, name), 'utf8');
    const key = /AccountKey=([^;]+)/.exec(setting.emulator.connectionString)?.[1] ?? '';
    expect(key).not.toBe('');
    for (const secret of [key, 'hush', 'sig=', 'Authorization']) expect(text).not.toContain(secret);
  });

  it('fails when the notes cannot be written', async () => {
    const { setting, upload } = await uploading();
    await writeFile(setting.notes, 'a file');
    expect(await rejection(upload())).toMatchObject({ code: expect.stringMatching(/EEXIST|ENOTDIR/) });
    expect(await namesIn(setting)).toEqual([]);
  });

  it.each([
    ['resume is always atomic', { atomic: false }],
    ['resume must be', { resume: '' }],
    ['resume must be', { resume: 'a\0b' }],
    ['resume must be', { resume: 5 as unknown as string }],
    ['leaseId and overwrite', { overwrite: false, leaseId: '1b4e28ba-2fa1-11d2-883f-0016d3cca427' }],
  ])('is refused: %s', async (message, wrong) => {
    const { setting, upload } = await uploading();
    const error = await rejection<Error>(upload(wrong));
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect(error.message).toContain(message);
    expect(setting.transport.sent).toEqual([]);
  });
});

async function downloading(bytes = data) {
  const setting = await place();
  await setting.files.write({ path: 'a', data: bytes });
  const download = (more: { overwrite?: boolean; checksum?: 'md5'; signal?: AbortSignal } = {}) =>
    setting.streaming.downloadTo({ path: 'a', resume: setting.notes, ...more }, setting.local);
  return { setting, download };
}

/** A download whose connection was lost after some ranges. */
async function interruptedDownload() {
  const { setting, download } = await downloading();
  setting.transport.intercept = onNth(9, isRead, () => {
    cutOff(setting);
    return noWay();
  });
  await rejection(download());
  expect(await noted(setting)).toHaveLength(1);
  expect(await localTemporary(setting)).not.toBe('');
  setting.transport.intercept = (_request, next) => next();
  return { setting, download };
}

async function localTemporary({ directory }: Place): Promise<string> {
  const [name] = (await readdir(directory)).filter((each) => each.endsWith('.tmp'));
  return name === undefined ? '' : join(directory, name);
}

async function expectDone(setting: Place, bytes = data): Promise<void> {
  expect(new Uint8Array(await readFile(setting.local))).toEqual(bytes);
  expect(await localTemporary(setting)).toBe('');
  expect(await noted(setting)).toEqual([]);
}

describe('a download that is resumed', () => {
  it('fetches what is left', async () => {
    const { setting, download } = await interruptedDownload();
    const read = watch(setting, isRead);
    const properties = await download();
    expect(read.length).toBeLessThanOrEqual(21 - 8 + 3);
    expect(properties.size).toBe(data.length);
    await expectDone(setting);
  });

  it('goes on after an abort', async () => {
    const { setting, download } = await downloading();
    const controller = new WatchedController();
    const reason = new Error('enough');
    setting.transport.intercept = onNth(12, isRead, (_request, next) => {
      controller.abort(reason);
      return next();
    });
    expect(await rejection(download({ signal: controller.signal }))).toBe(reason);
    expect(controller.listeners).toBe(0);
    const read = watch(setting, isRead);
    await download();
    expect(read.length).toBeLessThanOrEqual(13);
    await expectDone(setting);
  });

  it('compares the whole with what is stored, also what an earlier run has fetched', async () => {
    const { setting, download } = await interruptedDownload();
    const contentMd5 = createHash('md5').update(data).digest('base64');
    await setting.files.setProperties({ path: 'a', httpHeaders: { contentMd5 } });
    await download({ checksum: 'md5' });
    await expectDone(setting);
  });

  it('begins anew when the file has changed', async () => {
    const { setting, download } = await interruptedDownload();
    await setting.files.write({ path: 'a', data: new Uint8Array(3), offset: 0 });
    const read = watch(setting, isRead);
    await download();
    expect(read).toHaveLength(21);
    await expectDone(setting, await contentOf(setting, 'a'));
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['is gone', (path) => unlink(path)],
    ['was cut', (path) => truncate(path, 100)],
  ])('begins anew when the temporary file %s', async (_how, change) => {
    const { setting, download } = await interruptedDownload();
    await change(await localTemporary(setting));
    const read = watch(setting, isRead);
    await download();
    expect(read).toHaveLength(21);
    await expectDone(setting);
  });

  it('fetches nothing again when the file has its name already, and only the note of it is left', async () => {
    const { setting, download } = await downloading();
    let note = { path: '', text: '' };
    setting.transport.intercept = async (request, next) => {
      const [name = ''] = request.method === 'HEAD' ? await noted(setting) : [];
      const path = join(setting.notes, name);
      if (name !== '') note = { path, text: await readFile(path, 'utf8') };
      return next();
    };
    await download();
    await writeFile(note.path, asPublished(note.text, (await identityAt(setting.local)) ?? ''));
    setting.transport.sent.length = 0;
    const { size } = await download();
    expect(size).toBe(data.length);
    expect(setting.transport.sent.every((line) => line.startsWith('HEAD'))).toBe(true);
    await expectDone(setting);
  });

  it('removes what it has left when there is no such file any more', async () => {
    const { setting, download } = await interruptedDownload();
    await setting.files.delete({ path: 'a' });
    expect(await rejection(download())).toMatchObject({ code: 'FileNotFound' });
    expect(await localTemporary(setting)).toBe('');
    expect(await noted(setting)).toEqual([]);
  });

  it('leaves nothing when the file changes meanwhile', async () => {
    const { setting, download } = await downloading();
    setting.transport.intercept = onNth(9, isRead, async (_request, next) => {
      setting.transport.intercept = (_r, go) => go();
      await setting.files.write({ path: 'a', data: new Uint8Array(3), offset: 0 });
      return next();
    });
    expect(await rejection(download())).toMatchObject({ code: 'FileChanged' });
    expect(await localTemporary(setting)).toBe('');
    expect(await noted(setting)).toEqual([]);
  });

  it('leaves a file alone that may not be replaced, and what it has left for another time', async () => {
    const { setting, download } = await interruptedDownload();
    await writeFile(setting.local, 'mine');
    expect(await rejection(download({ overwrite: false }))).toMatchObject({ code: 'LocalFileExists' });
    expect(await readFile(setting.local, 'utf8')).toBe('mine');
    await download();
    await expectDone(setting);
  });

  it('writes through no link that has taken the place of what it has left', async () => {
    const { setting, download } = await interruptedDownload();
    const temporary = await localTemporary(setting);
    const elsewhere = join(setting.directory, 'elsewhere');
    await writeFile(elsewhere, Buffer.alloc(data.length));
    await unlink(temporary);
    await symlink(elsewhere, temporary);
    await download();
    expect(new Uint8Array(await readFile(elsewhere))).toEqual(new Uint8Array(data.length));
    expect((await lstat(setting.local)).isFile()).toBe(true);
    await expectDone(setting);
  });

  it('begins anew when a directory has taken the place of what it has left', async () => {
    const { setting, download } = await interruptedDownload();
    const temporary = await localTemporary(setting);
    await unlink(temporary);
    await mkdir(temporary);
    await download();
    expect(new Uint8Array(await readFile(setting.local))).toEqual(data);
    expect(await noted(setting)).toEqual([]);
  });

  it.each([0, 1, rangeSize])('takes no notes of a file of %i bytes', async (size) => {
    const { setting, download } = await downloading(patterned(size));
    await download();
    expect(await stat(setting.notes).catch(() => 'absent')).toBe('absent');
    await expectDone(setting, patterned(size));
  });
});

/** The note as it is written before the last step. */
function asPublished(text: string, identity: string): string {
  const { record, ...note } = JSON.parse(text) as { record: { local: object } };
  const last = JSON.stringify({ ...record, phase: 'publishing', local: { ...record.local, identity } });
  const sum = createHash('sha256').update(last).digest('hex');
  return JSON.stringify({ ...note, sum, record: JSON.parse(last) });
}

describe('two that carry out the same transfer at a time', () => {
  it('upload no mixture, and who comes second has succeeded, too', async () => {
    const { setting, upload } = await interruptedUpload();
    setting.transport.intercept = (_request, next) => next();
    const uploaded = { path: 'a', size: data.length };
    expect(await Promise.all([upload(), upload()])).toMatchObject([uploaded, uploaded]);
    expect(await contentOf(setting, 'a')).toEqual(data);
    expect(await namesIn(setting)).toEqual(['a']);
    expect(await noted(setting)).toEqual([]);
  });

  it('do not take a file that somebody else has put there for theirs', async () => {
    const { setting, upload } = await interruptedUpload();
    setting.transport.intercept = onNth(3, isRangeWrite, async (_request, next) => {
      await setting.files.delete({ path: await temporaryIn(setting) });
      await setting.files.write({ path: 'a', data: patterned(data.length) });
      return next();
    });
    expect(await rejection(upload())).toMatchObject({ code: 'FileNotFound' });
  });

  it('download no mixture, and who comes second has succeeded, too', async () => {
    const { setting, download } = await interruptedDownload();
    const downloaded = { size: data.length };
    expect(await Promise.all([download(), download()])).toMatchObject([downloaded, downloaded]);
    await expectDone(setting);
  });
});
