import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { der, integer, objectId, time } from '../../../../src/emulator/server/der.js';
import { selfSigned } from '../../../../src/emulator/server/self-signed.js';

const names = ['localhost', '127.0.0.1', '::1', 'acct.file.localhost', '2001:db8::ff', '192.168.1.7'];

describe('a certificate of its own making', () => {
  const now = Date.now();
  const made = selfSigned(names, now);
  const certificate = new X509Certificate(made.cert);

  it('is for the names it was made for', () => {
    expect(certificate.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:acct.file.localhost, IP Address:2001:DB8:0:0:0:0:0:FF, IP Address:192.168.1.7',
    );
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('acct.file.localhost')).toBe('acct.file.localhost');
    expect(certificate.checkHost('other.file.localhost')).toBeUndefined();
    for (const address of ['127.0.0.1', '::1', '2001:db8::ff', '192.168.1.7'])
      expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.checkIP('127.0.0.2')).toBeUndefined();
  });

  it('is signed with its own key, on the curve P-256', () => {
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    expect(certificate.ca).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect([certificate.subject, certificate.issuer]).toEqual(['CN=azstore emulator', 'CN=azstore emulator']);
  });

  it('holds from a day before for a quarter of a year', () => {
    const day = 24 * 60 * 60 * 1000;
    const second = (ms: number) => Math.floor(ms / 1000) * 1000;
    expect(Date.parse(certificate.validFrom)).toBe(second(now - day));
    expect(Date.parse(certificate.validTo)).toBe(second(now + 90 * day));
  });

  it('has a number of its own', () => {
    const numbers = Array.from(
      { length: 20 },
      () => new X509Certificate(selfSigned(names, now).cert).serialNumber,
    );
    expect(new Set(numbers).size).toBe(20);
    for (const number of numbers) expect(number).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it('can be made for a time in which years have four digits', () => {
    const late = new X509Certificate(selfSigned(names, Date.UTC(2050, 5, 1)).cert);
    expect(new Date(late.validTo).getUTCFullYear()).toBe(2050);
  });

  async function handshake(client: { ca?: string; servername?: string }): Promise<string> {
    const server = createServer({ cert: made.cert, key: made.key }, (socket) => socket.end());
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', ...client });
    const outcome = new Promise<string>((resolve) => {
      socket.on('secureConnect', () => resolve(socket.authorized ? 'trusted' : 'not trusted'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
    const result = await outcome;
    socket.destroy();
    return result;
  }

  it('is trusted by who was given it, and by nobody else', async () => {
    expect(await handshake({ ca: made.cert })).toBe('trusted');
    expect(await handshake({ ca: made.cert, servername: 'localhost' })).toBe('trusted');
    expect(await handshake({})).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(await handshake({ ca: selfSigned(names, now).cert })).not.toBe('trusted');
    expect(await handshake({ ca: made.cert, servername: 'evil.example' })).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
  });
});

describe('the encoding of certificates', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  it('tells lengths in one byte, or in as many as they need', () => {
    expect(hex(der(4, Buffer.alloc(2, 1)))).toBe('04020101');
    expect(hex(der(4, Buffer.alloc(127)).subarray(0, 2))).toBe('047f');
    expect(hex(der(4, Buffer.alloc(128)).subarray(0, 3))).toBe('048180');
    expect(hex(der(4, Buffer.alloc(256)).subarray(0, 4))).toBe('04820100');
    expect(hex(der(4, Buffer.alloc(65_536)).subarray(0, 5))).toBe('0483010000');
  });

  it.each([
    [[0], '020100'],
    [[0, 0], '020100'],
    [[0, 1], '020101'],
    [[0x7f], '02017f'],
    [[0x80], '02020080'],
    [[0, 0xff, 0], '020300ff00'],
  ])('writes %j as the shortest positive number', (bytes, expected) => {
    expect(hex(integer(Buffer.from(bytes)))).toBe(expected);
  });

  it.each([
    ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
    ['2.5.29.17', '0603551d11'],
    ['1.3.6.1.5.5.7.3.1', '06082b06010505070301'],
  ])('writes the identifier %s', (dotted, expected) => {
    expect(hex(objectId(dotted))).toBe(expected);
  });

  it('writes years with two digits, and with four from 2050 on', () => {
    expect(
      time(Date.UTC(2049, 11, 31, 23, 59, 59))
        .subarray(2)
        .toString(),
    ).toBe('491231235959Z');
    expect(
      time(Date.UTC(2050, 0, 1))
        .subarray(2)
        .toString(),
    ).toBe('20500101000000Z');
  });
});
