import { describe, expect, it } from 'vitest';
import { BodyTooLargeError, bufferedBody } from '../../../../src/core/http/message.js';

async function collect(body: AsyncIterable<Uint8Array>): Promise<number[]> {
  const bytes: number[] = [];
  for await (const part of body) bytes.push(...part);
  return bytes;
}

describe('bufferedBody', () => {
  it('gives its bytes whole and in pieces', async () => {
    const body = bufferedBody(Uint8Array.of(1, 2, 3));
    expect(body.buffered).toEqual(Uint8Array.of(1, 2, 3));
    expect(await body.bytes(3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(await collect(body)).toEqual([1, 2, 3]);
    body.discard();
  });

  it('refuses to be longer than the reader allows', async () => {
    const body = bufferedBody(Uint8Array.of(1, 2, 3));
    await expect(body.bytes(2)).rejects.toThrow(BodyTooLargeError);
  });

  it('is empty without bytes', async () => {
    expect(await bufferedBody().bytes(0)).toEqual(new Uint8Array(0));
    expect(await collect(bufferedBody(new Uint8Array(0)))).toEqual([]);
  });
});
