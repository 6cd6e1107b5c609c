import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { builtProgram, ended } from '../support/built-program.js';
import { jsonLines } from '../support/cli.js';
import { startShare } from '../support/share.js';

const program = builtProgram();

describe('the program', () => {
  it('prints the version of the package', async () => {
    const child = program.start(['--version']);
    const [out, code] = await Promise.all([text(child.stdout), ended(child)]);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(code).toBe(0);
  });

  it('ends with the exit code and the usage line of a wrong command line', async () => {
    const child = program.start(['ls', '--bogus']);
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
    expect({ out, code }).toEqual({ out: '', code: 2 });
    expect(err).toContain('usage: azstore ls');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('serves as an emulator until %s', async (signal) => {
    const child = program.start(['emulator', '--files-port', '0', '--share', 'data', '--json']);
    const exit = ended(child);
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data))),
    );
    const { connectionString } = jsonLines(line)[0] as { connectionString: string };
    const list = program.start(['ls', 'files://data', '--json'], {
      AZURE_STORAGE_CONNECTION_STRING: connectionString,
    });
    expect(await ended(list)).toBe(0);
    child.kill(signal);
    expect(await exit).toBe(0);
  });

  it('ends with 130 when it is interrupted while a service does not answer', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const connected = new Promise((resolve) => server.once('connection', resolve));
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const child = program.start(['ls', `http://127.0.0.1:${port}/devstoreaccount1/data`], {
      AZSTORE_ACCOUNT_KEY:
        'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
    });
    const [exit, err] = [ended(child), text(child.stderr)];
    await connected;
    child.kill('SIGINT');
    expect(await exit).toBe(130);
    expect(await err).toBe('azstore: interrupted\n');
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const { env, fill } = await startShare();
    await fill({ 'a.bin': new Uint8Array(3_000_000) });
    const child = program.start(['cat', 'files://data/a.bin'], env);
    const [exit, err] = [ended(child), text(child.stderr)];
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await exit).toBe(0);
    expect(await err).toBe('');
  });
});
