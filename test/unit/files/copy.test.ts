import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/files/index.js';
import { WatchedController } from '../../support/watched-signal.js';
import { scriptedClient, version } from './scripted-client.js';

const copyId = '11111111-2222-3333-4444-555555555555';
const path = 'copy';
const state = (status: string, rest: Record<string, string> = {}) => ({
  ...version,
  'Content-Length': '100',
  'x-ms-copy-id': copyId,
  'x-ms-copy-status': status,
  ...rest,
});

describe('copying', () => {
  it.each([
    ['success', {}, { status: 'success', copyId }],
    ['pending', {}, { status: 'pending', copyId }],
    ['aborted', {}, { status: 'aborted', copyId }],
    ['failed', {}, { status: 'failed', copyId, reason: 'no reason was given' }],
    [
      'failed',
      { 'x-ms-copy-status-description': '404 ResourceNotFound "x"' },
      { status: 'failed', copyId, reason: '404 ResourceNotFound "x"' },
    ],
  ])('gives the status %s that the service gives', async (status, headers, expected) => {
    const { client, transport } = scriptedClient();
    const copying = client.files.copy({ sourcePath: 'a', destPath: path });
    (await transport.next()).answer(202, state(status, headers));
    expect(await copying).toEqual(expected);
  });

  it('does not take a status that it does not know', async () => {
    const { client, transport } = scriptedClient();
    const copying = client.files.copy({ sourcePath: 'a', destPath: path });
    (await transport.next()).answer(202, state('paused'));
    await expect(copying).rejects.toMatchObject({ code: 'UnexpectedAnswer' });
  });

  it('does not start a copy again that may have been started', async () => {
    const { client, transport } = scriptedClient();
    const copying = client.files.copy({ sourcePath: 'a', destPath: path });
    (await transport.next()).fail(new NetworkError('ConnectionFailed', 'reset', { retryable: true }));
    await expect(copying).rejects.toMatchObject({ name: 'NetworkError', attempts: 1 });
    expect(await transport.untaken()).toBe(0);
  });

  it('gives the source a fresh SAS when a copy is sent again', async () => {
    let issued = 0;
    const token = () => `sv=2023-11-03&sig=s${++issued}`;
    const { client, transport, clock } = scriptedClient({ credentials: { type: 'sas_token', token } });
    const copying = client.files.copy({ sourcePath: 'a', destPath: path });
    const first = await transport.next();
    first.refuse(503, 'ServerBusy');
    await clock.advance(2_000);
    const second = await transport.next();
    second.answer(202, state('success'));
    await copying;
    const sources = [first, second].map(({ request }) => request.headers.get('x-ms-copy-source'));
    expect(sources).toEqual([
      'https://acct.file.core.windows.net/data/a?sv=2023-11-03&sig=s1',
      'https://acct.file.core.windows.net/data/a?sv=2023-11-03&sig=s2',
    ]);
  });

  it('hides the signature of a source in what it tells', async () => {
    const { client, transport } = scriptedClient();
    const looking = client.files.getProperties({ path });
    const source = 'https://acct.file.core.windows.net/s/f?sv=1&sig=secret%3D&se=2';
    const completed = { 'x-ms-copy-completion-time': 'Wed, 07 Dec 2022 04:02:49 GMT' };
    (await transport.next()).answer(200, state('success', { 'x-ms-copy-source': source, ...completed }));
    const { copy } = await looking;
    expect(copy?.source).toBe('https://acct.file.core.windows.net/s/f?sv=1&sig=REDACTED&se=2');
    expect(copy?.completedAt).toEqual(new Date('2022-12-07T04:02:49Z'));
  });

  it.each([
    'ftp://elsewhere/file',
    'relative/path',
    'https://elsewhere/with space',
    'https://elsewhere/ü',
    'https://',
    7 as unknown as string,
  ])('refuses the source %j without repeating it', async (sourceUrl) => {
    const { client, transport } = scriptedClient();
    const error = await client.files
      .copyFromUrl({ sourceUrl, destPath: path })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect((error as Error).message).not.toContain('elsewhere');
    expect(transport.received).toBe(0);
  });

  it('refuses a source that is longer than the service takes', async () => {
    const { client } = scriptedClient();
    const sourceUrl = `https://elsewhere/${'x'.repeat(2040)}`;
    await expect(client.files.copyFromUrl({ sourceUrl, destPath: path })).rejects.toThrow(
      'at most 2048 characters',
    );
  });

  it('refuses to abort what is no copy id', async () => {
    const { client } = scriptedClient();
    await expect(client.files.abortCopy({ path, copyId: 'first' })).rejects.toThrow(
      'copyId must be a GUID, got "first"',
    );
  });
});

describe('waiting for a copy', () => {
  it('looks at growing intervals until it has ended', async () => {
    const { client, transport, clock } = scriptedClient();
    const waiting = client.files.waitForCopy({ path, pollMs: 300 });
    const pauses: (number | undefined)[] = [];
    for (let look = 0; look < 4; look++) {
      (await transport.next()).answer(200, state('pending', { 'x-ms-copy-progress': `${look}/100` }));
      await clock.advance(0);
      const pause = clock.untilNextTimer ?? 0;
      pauses.push(pause);
      await clock.advance(pause);
    }
    (await transport.next()).answer(200, state('success', { 'x-ms-copy-progress': '100/100' }));
    expect(await waiting).toEqual({ status: 'success', copyId, bytesCopied: 100, bytesTotal: 100 });
    expect(pauses).toEqual([100, 200, 300, 300]);
  });

  it('gives the pending status when the time is over', async () => {
    const { client, transport, clock } = scriptedClient();
    const waiting = client.files.waitForCopy({ path, waitMs: 150 });
    (await transport.next()).answer(200, state('pending'));
    await clock.advance(100);
    (await transport.next()).answer(200, state('pending'));
    await clock.advance(50);
    (await transport.next()).answer(200, state('pending', { 'x-ms-copy-progress': '7/100' }));
    expect(await waiting).toEqual({ status: 'pending', copyId, bytesCopied: 7, bytesTotal: 100 });
  });

  it('ends at once when it is aborted, and leaves nothing behind', async () => {
    const { client, transport, clock } = scriptedClient();
    const controller = new WatchedController();
    const waiting = client.files.waitForCopy({ path, signal: controller.signal });
    waiting.catch(() => {});
    (await transport.next()).answer(200, state('pending'));
    await clock.advance(0);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(clock.timerCount).toBe(0);
    expect(controller.listeners).toBe(0);
  });

  it('leaves no listener behind when it has ended', async () => {
    const { client, transport, clock } = scriptedClient();
    const controller = new WatchedController();
    const waiting = client.files.waitForCopy({ path, signal: controller.signal });
    (await transport.next()).answer(200, state('pending'));
    await clock.advance(100);
    (await transport.next()).answer(200, state('success'));
    await waiting;
    expect(controller.listeners).toBe(0);
    expect(clock.timerCount).toBe(0);
  });

  it('notices that another copy took the place of the first', async () => {
    const { client, transport, clock } = scriptedClient();
    const waiting = client.files.waitForCopy({ path });
    waiting.catch(() => {});
    (await transport.next()).answer(200, state('pending'));
    await clock.advance(100);
    const other = '99999999-2222-3333-4444-555555555555';
    (await transport.next()).answer(200, state('success', { 'x-ms-copy-id': other }));
    await expect(waiting).rejects.toMatchObject({ code: 'FileChanged', expected: copyId, actual: other });
  });

  it.each([
    [{ waitMs: -1 }, 'waitMs must be an integer from 0'],
    [{ waitMs: Number.POSITIVE_INFINITY }, 'waitMs must be an integer'],
    [{ pollMs: 0 }, 'pollMs must be an integer from 1'],
  ])('refuses %j', async (request, message) => {
    const { client } = scriptedClient();
    await expect(client.files.waitForCopy({ path, ...request })).rejects.toThrow(message);
  });
});
