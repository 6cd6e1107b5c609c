import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AzureFilesClient } from '../../src/files/index.js';
import { runCli } from '../support/cli.js';
import { serve } from '../support/served-emulator.js';

/** A key of somebody's own. */
const key = Buffer.alloc(64, 'mine').toString('base64');

describe('emulator', () => {
  it('tells in one line where it is when it is ready, and works', async () => {
    const { files, connectionString } = await serve('--share', 'one', '--share', 'two');
    expect(files).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/);
    await using client = new AzureFilesClient(
      { credentials: { type: 'connection_string', connectionString } },
      {},
    );
    for (const share of ['one', 'two']) await client.files.create({ share, path: 'a', size: 1 });
  });

  it('stops on an interrupt, and that is no failure', async () => {
    const { files, stop } = await serve();
    expect(await stop()).toMatchObject({ code: 0, stderr: '' });
    await expect(fetch(files)).rejects.toThrow();
  });

  it('tells people on standard error where it is, with the published key', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const result = await runCli(['emulator', '--files-port', '0'], {
      signal,
      onStderr: (text) => {
        if (text.includes('connection string')) controller.abort();
      },
    });
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(result.stderr).toMatch(
      /^azstore emulator: Azure Files at http:.*\nconnection string: .*AccountKey=Eby8.*FileEndpoint=http:.*\nazstore emulator: stopped\n$/,
    );
  });

  it('is not started when it is interrupted before', async () => {
    expect(await runCli(['emulator', '--files-port', '0'], { signal: AbortSignal.abort() })).toMatchObject({
      code: 130,
    });
  });

  it('takes accounts with keys of their own, and does not print those', async () => {
    const served = await serve('--account', `mine:${key}`, '--share', 'data');
    expect(served.files).toMatch(/\/mine$/);
    expect(served.connectionString).not.toContain(key);
    expect(served.connectionString).not.toContain('AccountKey');
    const account = ['--account-key', key, '--endpoint', served.files];
    expect((await runCli(['ls', ...account, 'files://data'])).code).toBe(0);
    const { stdout, stderr } = await served.stop();
    expect(stdout + stderr).not.toContain(key);
  });

  it('warns when other machines can reach it, also with --quiet', async () => {
    const { stop, files } = await serve('--host', '0.0.0.0', '--quiet');
    expect(files).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect((await stop()).stderr).toMatch(/WARNING: listening on 0\.0\.0\.0.*everybody knows\n$/);
  });

  it('names port and flag when the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    const result = await runCli(['emulator', '--files-port', port]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(result.stderr).toContain('--files-port');
  });

  it('refuses a version that is not known only when it is told to', async () => {
    const { files } = await serve('--strict-api-version');
    const answer = await fetch(`${files}/data?restype=share`, { headers: { 'x-ms-version': '2099-01-01' } });
    expect(answer.status).toBe(400);
  });

  it.each([
    [['--host', ''], '--host must be an address of this machine'],
    [['--location', '/tmp/x'], 'keeps everything in memory'],
    [['--blobs-port', '10000'], 'no Blob service'],
    [['--blobPort', '10000'], 'no Blob service'],
    [['--strict-api-version', '--skipApiVersionCheck'], 'contradict'],
    [['--account', 'name'], 'NAME:KEY'],
    [['--account', 'UPPER:a2V5'], '--account'],
    [['--share', 'Invalid_Name'], '--share'],
    [['--files-port', '70000'], '--files-port'],
    [['--cert', 'package.json'], 'cert and key go together'],
    [['extra'], 'too many arguments'],
    [['--loose'], 'unknown flag --loose'],
  ])('refuses %j', async (argv, message) => {
    const result = await runCli(['emulator', '--files-port', '0', ...argv]);
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it('does not repeat a key that it refuses', async () => {
    const result = await runCli(['emulator', '--account', `name:${key}!`]);
    expect(result.code).toBe(2);
    expect(result.stderr).not.toContain(key);
  });
});
