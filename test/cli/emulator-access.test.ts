import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request as requestInTheClear } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.js';
import { serve } from '../support/served-emulator.js';
import { alice, bob, token } from '../support/unsigned-requests.js';

/** Status of a request over HTTPS that trusts one certificate. */
function get(url: string, ca: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ca, headers }, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const bearer = (claims: Readonly<Record<string, unknown>>) => ({
  Authorization: `Bearer ${token(Date.now(), claims)}`,
  'x-ms-version': '2024-11-04',
  'x-ms-file-request-intent': 'backup',
});

describe('emulator --https', () => {
  it('makes a certificate, and puts it where Node.js can be told to find it', async () => {
    const served = await serve('--https', '--share', 'data');
    expect(served.files).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/);
    const path = served.certificate ?? '';
    expect(await get(`${served.files}/data/f`, readFileSync(path, 'utf8'))).toBe(403);
    await served.stop();
    expect(existsSync(path)).toBe(false);
  });

  it('tells people how to trust it', async () => {
    const controller = new AbortController();
    const { stderr } = await runCli(['emulator', '--files-port', '0', '--https'], {
      signal: controller.signal,
      onStderr: (text) => {
        if (text.includes('NODE_EXTRA_CA_CERTS')) controller.abort();
      },
    });
    expect(stderr).toMatch(
      /to trust it, start Node\.js clients with NODE_EXTRA_CA_CERTS=\S+emulator-cert\.pem\n/,
    );
  });

  it('names the certificate that it was given, and leaves it where it is', async () => {
    const fixtures = join(import.meta.dirname, '../fixtures/tls');
    const cert = join(fixtures, 'localhost.cert.pem');
    const served = await serve('--cert', cert, '--key', join(fixtures, 'localhost.key.pem'));
    expect(served.certificate).toBe(cert);
    await served.stop();
    expect(existsSync(cert)).toBe(true);
  });

  it('has none in the clear', async () => {
    expect((await serve()).certificate).toBeUndefined();
  });
});

describe('emulator --role', () => {
  it('says what the bearers of tokens may do', async () => {
    const served = await serve(
      ...['--https', '--share', 'data', '--share', 'other'],
      ...['--role', `${alice.oid}=Storage File Data Privileged Reader@data`],
      ...['--role', `${bob.oid}=Reader`],
    );
    const ca = readFileSync(served.certificate ?? '', 'utf8');
    const statuses = [];
    for (const claims of [alice, bob])
      for (const target of ['/data?restype=directory', '/other?restype=directory', '/data?restype=share'])
        statuses.push(await get(`${served.files}${target}`, ca, bearer(claims)));
    expect(statuses).toEqual([200, 403, 403, 403, 403, 200]);
  });

  it.each([
    [['nobody'], '--role must have the form WHO=ROLE'],
    [['=Owner'], '--role must have the form WHO=ROLE'],
    [['*=Emperor'], '--role[0].role must be one of'],
  ])('refuses %j', async ([role = ''], message) => {
    const result = await runCli(['emulator', '--files-port', '0', '--role', role]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(message);
  });
});

describe('emulator --allow-host', () => {
  it('takes another name, without which it is refused', async () => {
    const served = await serve('--share', 'data', '--allow-host', 'storage.test');
    const url = `${served.files}/data?restype=directory`;
    const statusFor = async (Host: string) => {
      const outgoing = requestInTheClear(url, { headers: { ...bearer(alice), Host } });
      outgoing.end();
      const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
      incoming.resume();
      return incoming.statusCode;
    };
    expect(await statusFor('storage.test')).toBe(200);
    expect(await statusFor('other.test')).toBe(400);
  });
});
