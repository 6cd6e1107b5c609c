import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../../../src/emulator/index.js';
import { hostRule, isLoopbackHost } from '../../../../src/emulator/server/hosts.js';
import { rawExchange, signedRequest } from '../../../support/raw-exchange.js';

describe('the names of a loopback emulator', () => {
  const rule = hostRule('127.0.0.1', ['host.docker.internal', 'fe80::1']) ?? (() => false);

  it.each([
    '127.0.0.1:10003',
    '127.0.0.1',
    '127.1.2.3:80',
    'localhost:10003',
    'LOCALHOST',
    'localhost.:10003',
    '[::1]:10003',
    '[::1]',
    '[::ffff:7f00:1]',
    'devstoreaccount1.file.localhost:10003',
    'devstoreaccount1.file.core.windows.net',
    'devstoreaccount1.file.core.chinacloudapi.cn:443',
    'host.docker.internal:10003',
    '[fe80::1]:10003',
  ])('%s is one', (host) => {
    expect(rule(host)).toBe(true);
    expect(rule(host)).toBe(true);
  });

  it.each([
    'evil.example:10003',
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evillocalhost',
    'devstoreaccount1.file.evil.example',
    'devstoreaccount1.file.core.windows.net.evil.example',
    'devstoreaccount1.blob.core.windows.net',
    'x.host.docker.internal',
    '0.0.0.0:10003',
    '[::]:10003',
    '192.168.1.7:10003',
    '[::ffff:c0a8:107]',
    '1270.0.0.1',
    '',
    ':10003',
  ])('%s is none', (host) => {
    expect(rule(host)).toBe(false);
  });

  it('are all names when it listens for other machines, unless some are given', () => {
    expect(hostRule('0.0.0.0', [])).toBeUndefined();
    const limited = hostRule('0.0.0.0', ['storage.test']);
    expect([limited?.('storage.test:1'), limited?.('localhost'), limited?.('other.test')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('an emulator that is called by another name', () => {
  async function start(options: EmulatorOptions = {}) {
    const emulator = await startEmulator({ filesPort: 0, shares: ['share'], ...options });
    onTestFinished(() => emulator.close());
    return emulator.filesEndpoint;
  }

  const asked = (host: string) =>
    signedRequest({ target: '/share?restype=share' }).replace('Host: 127.0.0.1', `Host: ${host}`);

  it('refuses, and says which header is at fault', async () => {
    const endpoint = await start();
    const [answer] = await rawExchange(endpoint, [asked('evil.example:10003')]);
    expect(answer?.status).toBe(400);
    expect(answer?.body).toContain(
      '<HeaderName>Host</HeaderName><HeaderValue>evil.example:10003</HeaderValue>',
    );
    expect((await rawExchange(endpoint, [asked('localhost:10003')]))[0]?.status).toBe(200);
  });

  it('refuses the question of a browser as well, without a word about origins', async () => {
    const endpoint = await start();
    const preflight =
      'OPTIONS /devstoreaccount1/share HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n';
    const [answer] = await rawExchange(endpoint, [preflight]);
    expect(answer?.status).toBe(400);
    expect(answer?.head.toLowerCase()).not.toContain('access-control');
  });

  it('goes by the host in the request line where there is one', async () => {
    const endpoint = await start();
    const { port } = new URL(endpoint);
    const absolute = (host: string) =>
      `GET http://${host}/devstoreaccount1/share?restype=share HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    expect((await rawExchange(endpoint, [absolute('evil.example')]))[0]?.body).toContain(
      'InvalidHeaderValue',
    );
    expect((await rawExchange(endpoint, [absolute(`localhost:${port}`)]))[0]?.status).toBe(403);
  });

  it('takes a name that it was told of', async () => {
    const endpoint = await start({ allowedHosts: ['storage.test'] });
    expect((await rawExchange(endpoint, [asked('storage.test')]))[0]?.status).toBe(200);
  });

  it('serves everyone who reaches it when it listens for other machines', async () => {
    const endpoint = await start({ host: '0.0.0.0', onWarning: () => {} });
    const outgoing = httpRequest({
      port: new URL(endpoint).port,
      host: '127.0.0.1',
      path: '/devstoreaccount1?comp=list',
      headers: { host: 'any.test' },
    });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(403);
  });
});

describe('the address that an emulator listens on', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LocalHost',
    'a.localhost',
  ])('%s is reached from this machine only', (host) => expect(isLoopbackHost(host)).toBe(true));

  it.each([
    '0.0.0.0',
    '::',
    '192.168.1.7',
    'fe80::1',
    '::ffff:10.0.0.1',
    '0',
    '',
    'machine.example',
    'localhost.example',
  ])('%s may be reached from others', (host) => expect(isLoopbackHost(host)).toBe(false));

  it.each(['', ' '])("is not left to chance by '%s'", async (host) => {
    await expect(startEmulator({ filesPort: 0, host })).rejects.toMatchObject({
      code: 'InvalidOption',
      message: expect.stringMatching(/^host must be an address/),
    });
  });

  async function warningsOf(options: EmulatorOptions) {
    const warnings: string[] = [];
    const emulator = await startEmulator({
      filesPort: 0,
      onWarning: (text) => warnings.push(text),
      ...options,
    });
    await emulator.close();
    return warnings;
  }

  it('is told when others can reach it, and whether everybody knows the key', async () => {
    const accounts = [{ name: 'mine', keys: ['a2V5'] }];
    expect(await warningsOf({})).toEqual([]);
    expect(await warningsOf({ host: '0.0.0.0' })).toEqual([
      'listening on 0.0.0.0: other machines can reach it and read and write everything with a key that everybody knows',
    ]);
    expect(await warningsOf({ host: '0.0.0.0', accounts })).toEqual([
      'listening on 0.0.0.0: other machines can reach it and read and write everything',
    ]);
  });

  it('is a warning of the process where nobody else is told', async () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => emitted.mockRestore());
    await warningsOf({ host: '0.0.0.0', onWarning: undefined });
    expect(emitted).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('listening on 0.0.0.0: other machines can reach it'),
      { code: 'AZSTORE_EMULATOR_EXPOSED' },
    );
  });
});
