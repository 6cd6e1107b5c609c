import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createFetchTransport } from '../../../../src/core/http/fetch-transport.js';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { createNodeTransport } from '../../../../src/core/http/node-transport.js';
import { newCall } from '../../../support/new-call.js';
import { netServer } from '../../../support/raw-server.js';
import { rejection } from '../../../support/rejection.js';

describe.each([
  ['node:http', createNodeTransport],
  ['fetch', createFetchTransport],
])('an answer over %s that is no HTTP', (_name, create) => {
  it('is told without its bytes, which may be anything', async () => {
    await using server = await netServer((socket) => {
      socket.once('data', () => socket.end('secret-content of a file\r\n\r\n'));
    });
    const transport = create();
    const request = { method: 'GET', origin: server.origin, target: '/', headers: new HttpHeaders() };
    const error = await rejection<Error>(transport.send(request, newCall()));
    expect(error).toMatchObject({ name: 'ServerError', code: 'UnexpectedAnswer' });
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/^HPE_/) });
    const bytes = Object.values(error.cause as object).filter((value) => value instanceof Uint8Array);
    expect(bytes).toEqual([]);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret-content');
    await transport.close?.();
  });
});
