import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ByteStream } from '../../../src/files/index.js';
import { rejection } from '../../support/rejection.js';
import { scriptedClient, version } from './scripted-client.js';

const locked = () => {
  const stream = new Blob(['abcd']).stream();
  stream.getReader();
  return stream;
};

/** Whether nobody listens when a stream fails, which would end the process. */
function failureNobodyHears(stream: Readable): Promise<boolean> {
  const emit = stream.emit.bind(stream);
  return new Promise((resolve) => {
    stream.emit = (event: string, ...values: unknown[]) => {
      if (event !== 'error') return emit(event, ...values);
      const isHeard = stream.listenerCount('error') > 0;
      resolve(!isHeard);
      return isHeard && emit(event, ...values);
    };
  });
}

describe('uploadStream', () => {
  it.each([
    ['nothing', undefined],
    ['text', 'abcd'],
    ['words', new Uint16Array(2)],
    ['a list of bytes', [Buffer.from('abcd')]],
    ['null', null],
  ])('says what it takes when it is given %s, and sends nothing', async (_what, input) => {
    const { client, transport } = scriptedClient();
    const error = await rejection(
      client.streaming.uploadStream({ path: 'a', totalSize: 4 }, input as unknown as ByteStream),
    );
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect((error as Error).message).toContain('a ReadableStream, a Readable or an async iterable');
    expect(transport.received).toBe(0);
  });

  it('says that a stream which somebody else reads cannot be sent', async () => {
    const { client, transport } = scriptedClient();
    const error = await rejection(client.streaming.uploadStream({ path: 'a', totalSize: 4 }, locked()));
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect((error as Error).message).toContain('locked');
    expect(transport.received).toBe(0);
  });

  it.each([
    ['of Node', () => Readable.from([Buffer.from('abcd')])],
    ['of the web', () => new Blob(['abcd']).stream()],
  ])('refuses a stream %s that was read to its end, in place of an empty file', async (_what, open) => {
    const { client, transport } = scriptedClient();
    const stream = open() as ByteStream;
    for await (const _piece of stream);
    const error = await rejection(client.streaming.uploadStream({ path: 'a' }, stream));
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect((error as Error).message).toContain('read to its end already');
    expect(transport.received).toBe(0);
  });

  it.each([
    ['the request is wrong', { path: '' }, 'InvalidPath'],
    ['it is aborted before', { path: 'a', signal: AbortSignal.abort(new Error('enough')) }, undefined],
  ])('gives up a stream of Node without an error that nobody hears when %s', async (_what, request, code) => {
    const { client } = scriptedClient();
    const stream = Readable.from([Buffer.from('abcd')]);
    const ended = failureNobodyHears(stream);
    expect(await rejection(client.streaming.uploadStream(request, stream))).toMatchObject({
      ...(code && { code }),
    });
    expect(await ended).toBe(false);
    expect(stream.destroyed).toBe(true);
  });

  it('does so as well when the service refuses the file', async () => {
    const { client, transport } = scriptedClient();
    const stream = Readable.from([Buffer.from('abcd')]);
    const ended = failureNobodyHears(stream);
    const uploading = rejection(client.streaming.uploadStream({ path: 'a' }, stream));
    (await transport.next()).answer(404, { 'x-ms-error-code': 'ParentNotFound' });
    expect(await uploading).toMatchObject({ code: 'ParentNotFound' });
    expect(await ended).toBe(false);
  });

  it('tells what a stream of Node failed with before it was read', async () => {
    const { client, transport } = scriptedClient();
    const stream = new Readable({ read() {} });
    const uploading = rejection(client.streaming.uploadStream({ path: 'a' }, stream));
    const failed = failureNobodyHears(stream);
    stream.destroy(new Error('no such file'));
    expect(await failed).toBe(false);
    (await transport.next()).answer(201, version);
    expect(await uploading).toMatchObject({ message: 'no such file' });
  });

  it('takes overwrite: false and atomic: false for a contradiction', async () => {
    const { client, transport } = scriptedClient();
    const request = { path: 'a', overwrite: false, atomic: false };
    expect(await rejection(client.streaming.uploadStream(request, Buffer.from('abcd')))).toMatchObject({
      code: 'InvalidRequest',
    });
    expect(transport.received).toBe(0);
  });

  it('refuses a stream that gives text instead of bytes', async () => {
    const { client, transport } = scriptedClient();
    const texts = (async function* () {
      yield 'abcd';
    })() as unknown as ByteStream;
    const uploading = rejection(client.streaming.uploadStream({ path: 'a', totalSize: 4 }, texts));
    (await transport.next()).answer(201, version);
    const error = await uploading;
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect((error as Error).message).toContain('must give Uint8Array, got string');
  });
});
