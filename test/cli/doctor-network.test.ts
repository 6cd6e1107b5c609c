import { once } from 'node:events';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import { selfSigned } from '../../src/emulator/server/self-signed.js';
import { systemClock } from '../../src/files/index.js';
import { jsonLines, runCli } from '../support/cli.js';
import { examine, namesBy } from '../support/doctor.js';
import { httpServer, listen, netServer } from '../support/raw-server.js';

const key = wellKnownAccount.keys[0] ?? '';
/** What is checked before the credentials are used. */
const reached = [
  'credentials ok',
  'endpoint ok',
  'proxy ok',
  'dns ok',
  'connect ok',
  'tls ok',
  'service ok',
  'clock ok',
];

async function start(options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ filesPort: 0, shares: ['data'], ...options });
  onTestFinished(() => emulator.close());
  const env = { AZURE_STORAGE_CONNECTION_STRING: emulator.connectionString };
  return { emulator, env };
}

/** The variables that name a server as the endpoint of the well-known account. */
const at = (origin: string) => ({ AZSTORE_ENDPOINT: `${origin}/devstoreaccount1`, AZSTORE_ACCOUNT_KEY: key });

/** The variables that name a server as the endpoint of an account that stands in no path. */
const named = (endpoint: string) => ({
  AZSTORE_ENDPOINT: endpoint,
  AZSTORE_ACCOUNT_NAME: 'acct',
  AZSTORE_ACCOUNT_KEY: key,
});

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a service that is well', () => {
  it('passes every check', async () => {
    const { env, emulator } = await start();
    const result = await examine([], { env });
    expect(result.code).toBe(0);
    expect(result.states).toEqual([...reached, 'version ok', 'list ok']);
    expect(result.of('endpoint').facts).toEqual({
      accountName: 'devstoreaccount1',
      endpoint: emulator.filesEndpoint,
      apiVersion: '2023-11-03',
    });
    expect(result.stderr).toBe('');
  });

  it('is asked without credentials first', async () => {
    const seen: (string | undefined)[] = [];
    const server = await httpServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(500).end();
    });
    onTestFinished(() => server[Symbol.asyncDispose]());
    await examine([], { env: at(server.origin) });
    expect(seen[0]).toBeUndefined();
    expect(seen.length).toBe(2);
    expect(seen[1]).toMatch(/^SharedKey /);
  });

  it('is found by its name', async () => {
    const { emulator } = await start({ allowedHosts: ['storage.test'] });
    const { port } = new URL(emulator.filesEndpoint);
    const names = await namesBy("callback(null, [{ address: '127.0.0.1', family: 4 }])");
    const result = await examine([], { env: { ...names, ...named(`https://storage.test:${port}`) } });
    expect(result.of('dns').message).toBe('storage.test is 127.0.0.1');
    expect(result.of('connect').status).toBe('ok');
  });
});

describe('a name that cannot be resolved', () => {
  it.each([
    ['ENOTFOUND', 'check account name and endpoint'],
    ['EAI_AGAIN', 'name servers'],
  ])('is told as %s', async (code, cure) => {
    const names = await namesBy(`callback(Object.assign(new Error(), { code: '${code}' }))`);
    const result = await examine([], { env: { ...names, ...named('https://acct.storage.test') } });
    expect(result.code).toBe(5);
    expect(result.states.at(-1)).toBe('dns fail');
    expect(result.of('dns')).toMatchObject({ code: 'DnsResolutionFailed', exitCode: 5 });
    expect(result.of('dns').message).toBe(`the name acct.storage.test could not be resolved (${code})`);
    expect(result.of('dns').cure).toContain(cure);
  });

  it('is not waited for longer than a step may take', async () => {
    const names = await namesBy('setInterval(() => {}, 1000)');
    const env = { ...names, ...named('https://acct.storage.test') };
    const started = systemClock.monotonic();
    const result = await examine(['--timeout', '1'], { env });
    expect(systemClock.monotonic() - started).toBeLessThan(5000);
    expect(result.of('dns')).toMatchObject({
      code: 'Timeout',
      message: 'no name server answered the question for acct.storage.test within 1 s',
    });
    expect(result.code).toBe(5);
  });
});

describe('a server that is not there', () => {
  it('refuses connections', async () => {
    const port = await deadPort();
    const result = await examine([], { env: at(`http://127.0.0.1:${port}`) });
    expect(result.code).toBe(5);
    expect(result.states.at(-1)).toBe('connect fail');
    expect(result.of('connect')).toMatchObject({
      code: 'ConnectionFailed',
      message: `no connection to 127.0.0.1:${port} could be made (ECONNREFUSED)`,
      cure: expect.stringContaining('`azstore emulator` starts one'),
    });
  });
});

describe('a server that is silent', () => {
  it('is not waited for longer than a step may take', async () => {
    await using server = await netServer((socket) => socket.resume());
    const started = systemClock.monotonic();
    const result = await examine(['--timeout', '1'], { env: at(server.origin) });
    expect(systemClock.monotonic() - started).toBeLessThan(5000);
    expect(result.code).toBe(5);
    expect(result.states.at(-1)).toBe('service fail');
    expect(result.of('service')).toMatchObject({
      code: 'Timeout',
      message: 'the server gave no answer within 1 s',
    });
    await server.allClosed();
  });

  it('is not waited for when encryption should begin, either', async () => {
    await using server = await netServer((socket) => socket.resume());
    const env = at(`https://127.0.0.1:${server.port}`);
    const result = await examine(['--timeout', '1'], { env });
    expect(result.code).toBe(5);
    expect(result.states.at(-1)).toBe('tls fail');
    expect(result.of('tls')).toMatchObject({
      code: 'Timeout',
      message: 'the server made no encrypted connection within 1 s',
    });
    await server.allClosed();
  });

  it('is not waited for long when it answers only those without credentials', async () => {
    const server = await httpServer((request, response) => {
      if (request.headers.authorization === undefined)
        response.writeHead(401, { 'x-ms-request-id': 'id' }).end();
    });
    onTestFinished(() => server[Symbol.asyncDispose]());
    const started = systemClock.monotonic();
    const result = await examine(['--timeout', '1', 'files://data'], { env: at(server.origin) });
    expect(systemClock.monotonic() - started).toBeLessThan(6000);
    expect(result.of('read')).toMatchObject({ status: 'fail', code: 'Timeout', exitCode: 5 });
    expect(result.code).toBe(5);
  });

  it('is left at once when the user interrupts', async () => {
    const interruption = new AbortController();
    await using server = await netServer((socket) => {
      socket.resume();
      interruption.abort(new Error('stopped'));
    });
    const env = at(server.origin);
    const result = await runCli(['doctor', '--json'], { env, signal: interruption.signal });
    expect(result.code).toBe(130);
    expect(jsonLines(result.stdout)).toMatchObject([{ error: { code: 'Interrupted' } }]);
    await server.allClosed();
  });
});

describe('a server that is another one', () => {
  it('may serve a page', async () => {
    const page = await httpServer((_request, response) => {
      response.writeHead(200, { Server: 'portal\u00e9', 'Content-Type': 'text/html' });
      response.end('<html>please log in</html>');
    });
    onTestFinished(() => page[Symbol.asyncDispose]());
    const result = await examine(['files://data'], { env: at(page.origin) });
    expect(result.of('service')).toMatchObject({
      status: 'warn',
      message: 'what answers does not look like the File service (status 200, portal?)',
      facts: { status: 200, server: 'portal?' },
    });
    expect(result.of('read')).toMatchObject({ status: 'fail', code: 'UnexpectedAnswer' });
    expect(result.code).toBe(1);
  });

  it('may speak no HTTP', async () => {
    await using server = await netServer((socket) => socket.end('220 mail.test ESMTP\r\n'));
    const result = await examine([], { env: at(server.origin) });
    expect(result.of('service')).toMatchObject({
      status: 'fail',
      code: 'UnexpectedAnswer',
      message: expect.stringMatching(/speaks no HTTP \(HPE_/),
    });
    expect(result.code).toBe(1);
  });

  it('may switch to another protocol', async () => {
    await using server = await netServer((socket) => {
      socket.resume();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    });
    const result = await examine(['--timeout', '1'], { env: at(server.origin) });
    expect(result.of('service')).toMatchObject({ status: 'fail', exitCode: 5 });
    await server.allClosed();
  });

  it('may close the connection', async () => {
    await using server = await netServer((socket) => socket.destroy());
    const plain = await examine([], { env: at(server.origin) });
    expect(plain.of('service')).toMatchObject({ status: 'fail', code: 'ConnectionFailed' });
    const secure = await examine([], { env: at(`https://127.0.0.1:${server.port}`) });
    expect(secure.of('tls')).toMatchObject({
      status: 'fail',
      code: 'ConnectionFailed',
      cure: expect.stringContaining('no HTTPS is served there'),
    });
    expect([plain.code, secure.code]).toEqual([5, 5]);
  });

  it('may speak plain HTTP where HTTPS is expected', async () => {
    const { emulator } = await start();
    const origin = new URL(emulator.filesEndpoint).origin.replace('http:', 'https:');
    const result = await examine([], { env: at(origin) });
    expect(result.of('tls')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/no encrypted connection could be made \((ERR_SSL_|EPROTO)/),
      cure: expect.stringContaining('check scheme and port'),
    });
    expect(result.code).toBe(1);
  });

  it('may fail', async () => {
    const server = await httpServer((_request, response) => {
      response.writeHead(503, { 'x-ms-request-id': 'id', 'x-ms-error-code': 'ServerBusy' }).end();
    });
    onTestFinished(() => server[Symbol.asyncDispose]());
    const result = await examine(['files://data'], { env: at(server.origin) });
    expect(result.of('service')).toMatchObject({ status: 'warn', message: 'the service answers 503' });
    expect(result.of('read')).toMatchObject({ status: 'fail', code: 'ServerBusy' });
    expect(result.code).toBe(5);
  });
});

describe('an emulator over HTTPS', () => {
  it('is not trusted, and told how it can be', async () => {
    const { env } = await start({ https: true });
    const result = await examine([], { env });
    expect(result.code).toBe(1);
    expect(result.states.at(-1)).toBe('tls fail');
    expect(result.of('tls')).toMatchObject({
      code: 'CertificateInvalid',
      message: expect.stringMatching(
        /^nobody whom this machine trusts vouches for the certificate of the server \(DEPTH_ZERO_SELF_SIGNED_CERT\); certificate of azstore emulator/,
      ),
      cure: expect.stringMatching(
        /^name a file with the certificate itself \(PEM\) in NODE_EXTRA_CA_CERTS: /,
      ),
      facts: { trusted: false, protocol: 'TLSv1.3', refusal: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  it('is sent nothing while it is not trusted', async () => {
    const { cert, key: privateKey } = selfSigned(['127.0.0.1'], systemClock.now());
    let received = 0;
    const server = await listen(
      createTlsServer({ cert, key: privateKey }, (socket) => {
        socket.on('data', (piece) => {
          received += piece.length;
        });
        socket.on('error', () => {});
      }),
      'https',
    );
    onTestFinished(() => server[Symbol.asyncDispose]());
    const result = await examine(['files://data', '--write'], { env: at(server.origin) });
    expect(result.states.at(-1)).toBe('tls fail');
    await server.allClosed();
    expect([server.connections, received]).toEqual([1, 0]);
  });

  it('is not trusted although another certificate is', async () => {
    const { env } = await start({ https: true });
    const result = await examine([], { env: { ...env, NODE_EXTRA_CA_CERTS: '/etc/other.pem' } });
    expect(result.of('tls').cure).toMatch(
      /^NODE_EXTRA_CA_CERTS is \/etc\/other\.pem, which has not the right one/,
    );
  });
});

describe('the clock', () => {
  const minute = 60_000;
  const shifted = (ms: number) => start({ clock: { ...systemClock, now: () => systemClock.now() + ms } });

  it.each([
    [-2 * minute, 'ok', 'ahead of', 0],
    [2 * minute, 'ok', 'behind', 0],
    [-10 * minute, 'warn', 'ahead of', 0],
    [10 * minute, 'warn', 'behind', 0],
    [-20 * minute, 'fail', 'ahead of', 6],
    [20 * minute, 'fail', 'behind', 6],
  ])('that differs by %d ms is %s', async (ms, status, direction, code) => {
    const { env } = await shifted(ms);
    const result = await examine([], { env });
    expect(result.of('clock')).toMatchObject({
      status,
      message: expect.stringContaining(`${direction} the service`),
      facts: { skewSeconds: expect.closeTo(-ms / 1000, -1) },
    });
    expect(result.code).toBe(code);
    expect(result.of('list').status).toBe(code === 0 ? 'ok' : 'fail');
  });

  it('is not known where the answer has no date', async () => {
    const server = await httpServer((_request, response) => {
      response.sendDate = false;
      response.writeHead(401, { 'x-ms-request-id': 'id' }).end();
    });
    onTestFinished(() => server[Symbol.asyncDispose]());
    const result = await examine([], { env: at(server.origin) });
    expect(result.of('clock').status).toBe('warn');
  });
});

describe('proxies', () => {
  it('are noticed, without the password in them', async () => {
    const { env } = await start();
    const proxied = { ...env, http_proxy: 'http://user:proxy-secret@proxy.test:8080' };
    const result = await examine([], { env: proxied });
    expect(result.of('proxy')).toMatchObject({
      status: 'ok',
      message: 'http_proxy (proxy.test:8080): not for 127.0.0.1',
      facts: { variables: ['http_proxy'] },
    });
    expect(result.stdout).not.toContain('proxy-secret');
  });
});

describe('the service version', () => {
  it('is told with what the service takes', async () => {
    const { env } = await start();
    const result = await examine(['files://data', '--api-version', '2025-07-05'], { env });
    expect(result.of('version')).toMatchObject({
      status: 'ok',
      message: 'the service takes 2025-07-05',
      facts: { versions: ['2025-07-05'] },
    });
  });

  it('is refused by a service that does not know it', async () => {
    const { env } = await start({ strictApiVersion: true });
    const result = await examine(['files://data', '--api-version', '2031-01-01'], { env });
    expect(result.states.at(-1)).toBe('version fail');
    expect(result.of('version').cure).toContain('leave --api-version and AZSTORE_API_VERSION out');
    expect(result.code).toBe(1);
  });

  it('can be too old for what is needed', async () => {
    const { env } = await start();
    const result = await examine(['files://data', '--api-version', '2019-12-12'], { env });
    expect(result.of('version')).toMatchObject({ status: 'ok' });
    expect(result.findings.at(-1)).toMatchObject({
      check: 'version',
      status: 'fail',
      code: 'UnsupportedVersion',
    });
    expect(result.code).toBe(1);
  });
});
