import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../../../src/emulator/index.js';
import { rawExchange } from '../../../support/raw-exchange.js';
import { accountSas } from '../../../support/signatures.js';

/* Who is at the other end of a connection: told by the connection itself, never by the request. */

async function start(options: EmulatorOptions = {}): Promise<string> {
  const emulator = await startEmulator({ filesPort: 0, shares: ['share'], ...options });
  onTestFinished(() => emulator.close());
  return emulator.filesEndpoint;
}

async function statusOf(endpoint: string, origin: string, sas: string): Promise<number | undefined> {
  const head = `GET ${origin}/devstoreaccount1/share?restype=share&${sas} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\n\r\n`;
  return (await rawExchange(endpoint, [head]))[0]?.status;
}

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ family }) => family === 'IPv6'),
);

describe('the peer of a request', () => {
  it('came in the clear, whatever the request says', async () => {
    const endpoint = await start();
    const sas = accountSas({ spr: 'https' });
    for (const origin of ['', 'http://localhost', 'https://localhost'])
      expect(await statusOf(endpoint, origin, sas)).toBe(403);
    expect(await statusOf(endpoint, 'https://localhost', accountSas({}))).toBe(200);
  });

  it('has the address of the connection, whatever the request says', async () => {
    const endpoint = await start();
    expect(await statusOf(endpoint, '', accountSas({ sip: '127.0.0.1' }))).toBe(200);
    expect(await statusOf(endpoint, '', accountSas({ sip: '10.0.0.1' }))).toBe(403);
  });

  it.runIf(hasIpv6)('has an IPv4 address also on a socket for both families', async () => {
    const endpoint = (await start({ host: '::', onWarning: () => {} })).replace('[::]', '127.0.0.1');
    expect(await statusOf(endpoint, '', accountSas({ sip: '127.0.0.1' }))).toBe(200);
  });

  it.runIf(hasIpv6)('with an IPv6 address is within no range of IPv4 ones', async () => {
    const endpoint = await start({ host: '::1' });
    const answer = await fetch(
      `${endpoint}/share?restype=share&${accountSas({ sip: '0.0.0.0-255.255.255.255' })}`,
    );
    expect([answer.status, answer.headers.get('x-ms-error-code')]).toEqual([
      403,
      'AuthorizationSourceIPMismatch',
    ]);
    expect((await fetch(`${endpoint}/share?restype=share&${accountSas({})}`)).status).toBe(200);
  });
});
