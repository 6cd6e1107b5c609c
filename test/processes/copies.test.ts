import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AnsweredRequest, startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient } from '../../src/files/index.js';
import { builtProgram, ended } from '../support/built-program.js';
import { jsonLines } from '../support/cli.js';
import { localContents, makeLocal } from '../support/local-tree.js';
import { patterned } from '../support/patterned.js';
import { refuseSome } from '../support/refusing-proxy.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/* Processes as users start them: interrupted, killed, and in pipes. */

const program = builtProgram();
const rangeBytes = 4 * 1024 * 1024;
const ranges = 12;
const data = patterned((ranges - 1) * rangeBytes + 4_321);
const concurrency = 2;

interface Setting {
  readonly env: Readonly<Record<string, string>>;
  readonly client: AzureFilesClient;
  readonly notes: string;
  readonly answered: Map<string, number>;
  /** Calls something once, when an operation has succeeded so many times. */
  onceAnswered(operation: string, times: number, act: () => void): void;
  temporaryNames(): Promise<string[]>;
}

async function setUp(): Promise<Setting> {
  const answered = new Map<string, number>();
  let look = () => {};
  const onRequest = ({ operation = '', status }: AnsweredRequest) => {
    if (status >= 300) return;
    answered.set(operation, (answered.get(operation) ?? 0) + 1);
    look();
  };
  const emulator = await startEmulator({ filesPort: 0, shares: ['data'], onRequest });
  const client = AzureFilesClient.builder()
    .connectionString(emulator.connectionString)
    .defaultShare('data')
    .build();
  onTestFinished(async () => {
    await client.close();
    await emulator.close();
  });
  const notes = await temporaryDirectory();
  return {
    env: { AZURE_STORAGE_CONNECTION_STRING: emulator.connectionString, AZSTORE_NOTES: notes },
    client,
    notes,
    answered,
    onceAnswered(operation, times, act) {
      look = () => {
        if ((answered.get(operation) ?? 0) < times) return;
        look = () => {};
        act();
      };
    },
    async temporaryNames() {
      const names: string[] = [];
      for await (const { path } of client.directories.walk()) if (path.endsWith('.tmp')) names.push(path);
      return names;
    },
  };
}

async function runToEnd(argv: readonly string[], env: Readonly<Record<string, string>>) {
  const child = program.start(argv, env);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  return { stdout, stderr, code };
}

const limits = ['--concurrency', String(concurrency)];

describe.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('a copy that ends by %s', (signal) => {
  const expected = signal === 'SIGKILL' ? 'SIGKILL' : 130;

  it('is finished by the next one when it was an upload', async () => {
    const { env, client, notes, answered, onceAnswered, temporaryNames } = await setUp();
    const local = await makeLocal({ 'large.bin': data });
    const argv = ['cp', ...limits, join(local, 'large.bin'), 'files://data/large.bin'];
    const first = program.start(argv, env);
    const [exit, told] = [ended(first), text(first.stderr)];
    onceAnswered('PutRange', ranges / 2, () => first.kill(signal));
    expect(await exit).toBe(expected);
    if (signal !== 'SIGKILL')
      expect(await told).toContain('the same command goes on from there\nazstore: interrupted\n');
    expect(await client.files.exists({ path: 'large.bin' })).toBe(false);
    expect(await temporaryNames()).toHaveLength(1);
    expect(await readdir(notes)).toHaveLength(1);
    expect((await runToEnd(argv, env)).code).toBe(0);
    expect(Buffer.compare((await client.files.read({ path: 'large.bin' })).data, data)).toBe(0);
    expect(answered.get('PutRange')).toBeLessThanOrEqual(ranges + concurrency);
    expect(await temporaryNames()).toEqual([]);
    expect(await readdir(notes)).toEqual([]);
  });

  it('is finished by the next one when it was a download', async () => {
    const { env, client, notes, answered, onceAnswered } = await setUp();
    await client.streaming.uploadStream({ path: 'large.bin' }, data);
    const local = await temporaryDirectory();
    const argv = ['cp', ...limits, 'files://data/large.bin', local];
    const first = program.start(argv, env);
    const exit = ended(first);
    onceAnswered('GetFile', ranges / 2, () => first.kill(signal));
    expect(await exit).toBe(expected);
    expect((await readdir(local)).filter((name) => !name.endsWith('.tmp'))).toEqual([]);
    expect((await runToEnd(argv, env)).code).toBe(0);
    expect(Buffer.compare(await readFile(join(local, 'large.bin')), data)).toBe(0);
    expect(answered.get('GetFile')).toBeLessThanOrEqual(ranges + 2 * concurrency);
    expect(await readdir(local)).toEqual(['large.bin']);
    expect(await readdir(notes)).toEqual([]);
  });

  it('is finished by the next one when it was of a tree', async () => {
    const { env, client, notes, answered, onceAnswered, temporaryNames } = await setUp();
    const small = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`t/d${i % 4}/f${i}`, `file ${i}`]),
    );
    const local = await makeLocal({ ...small, 't/large.bin': data });
    const argv = ['cp', '-r', ...limits, join(local, 't'), 'files://data/t'];
    const first = program.start(argv, env);
    const exit = ended(first);
    onceAnswered('PutRange', 14, () => first.kill(signal));
    expect(await exit).toBe(expected);
    const second = await runToEnd([...argv, '--json'], env);
    expect(second.code).toBe(0);
    const { summary } = jsonLines(second.stdout).at(-1) as { summary: Record<string, number> };
    expect((summary.files ?? 0) + (summary.unchanged ?? 0)).toBe(21);
    expect(answered.get('PutRange')).toBeLessThanOrEqual(20 + ranges + concurrency);
    const target = await temporaryDirectory();
    await client.streaming.downloadDirectory({ path: 't' }, target);
    expect(await localContents(target)).toEqual(await localContents(join(local, 't')));
    // Small files have no notes: what a killed process leaves of them is for `rm --unfinished`.
    expect((await temporaryNames()).length).toBeLessThanOrEqual(signal === 'SIGKILL' ? concurrency : 0);
    expect(await readdir(notes)).toEqual([]);
  });
});

describe('a second interruption', () => {
  it('ends a copy at once that is still cleaning up', async () => {
    const { env, temporaryNames } = await setUp();
    const local = await makeLocal({ f: 'content' });
    let child: ReturnType<typeof program.start> | undefined;
    let cleaning = 0;
    const connection = env.AZURE_STORAGE_CONNECTION_STRING ?? '';
    await using proxy = await refuseSome(connection, (asked) => {
      const isRange = asked.includes('comp=range');
      if (!isRange && !asked.startsWith('DELETE')) return false;
      if (!isRange) cleaning = performance.now();
      child?.kill('SIGINT');
      return 'stall';
    });
    child = program.start(['cp', join(local, 'f'), 'files://data/f'], {
      ...env,
      AZURE_STORAGE_CONNECTION_STRING: proxy.connectionString,
    });
    expect(await ended(child)).toBe(130);
    // It would have waited five seconds for its removal.
    expect(performance.now() - cleaning).toBeLessThan(4_000);
    expect(cleaning).toBeGreaterThan(0);
    expect(await temporaryNames()).toHaveLength(1);
  });
});

describe('pipes', () => {
  /** A program with its standard input open. */
  function open(argv: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [program.file, ...argv], {
      env: { PATH: process.env.PATH, ...env },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  function shell(command: string, env: Readonly<Record<string, string>>) {
    const script = `set -o pipefail; azstore() { "$NODE" "$CLI" "$@"; }; ${command}`;
    const all = { PATH: process.env.PATH, NODE: process.execPath, CLI: program.file, ...env };
    const child = spawn('bash', ['-c', script], { env: all, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    return Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  }

  it('carry bytes through a share, with an emulator that is a process too', async () => {
    const server = program.start(['emulator', '--files-port', '0', '--share', 'data', '--json']);
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const { connectionString } = jsonLines(String(line))[0] as { connectionString: string };
    const env = { AZURE_STORAGE_CONNECTION_STRING: connectionString };
    const command =
      'seq 1 2000000 | azstore cp - files://data/numbers && azstore cp -q files://data/numbers - | md5sum; seq 1 2000000 | md5sum';
    const [out, err, code] = await shell(command, env);
    const sums = out.trim().split('\n');
    expect(sums).toHaveLength(2);
    expect(sums[0]).toBe(sums[1]);
    expect({ err, code }).toEqual({ err: '1 file, 14.2 MiB copied\n', code: 0 });
  });

  it('end quietly when the reader has enough', async () => {
    const { env, client } = await setUp();
    await client.streaming.uploadStream({ path: 'large.bin' }, data);
    const [out, err, code] = await shell('azstore cp files://data/large.bin - | head -c 10 | wc -c', env);
    expect({ out: out.trim(), err, code }).toEqual({ out: '10', err: '', code: 0 });
  });

  it('do not keep a copy that has failed waiting for its input', async () => {
    const { env } = await setUp();
    const child = open(['cp', '-', 'files://data/no/such/x'], env);
    child.stdin.on('error', () => {});
    child.stdin.write('never ended');
    const [err, code] = await Promise.all([text(child.stderr), ended(child)]);
    expect({ err, code }).toEqual({ err: expect.stringContaining('[ParentNotFound]'), code: 3 });
  });

  it('leave nothing when they are interrupted', async () => {
    const { env, client, onceAnswered, temporaryNames } = await setUp();
    const child = open(['cp', '-', 'files://data/x'], env);
    child.stdin.on('error', () => {});
    onceAnswered('PutRange', 1, () => child.kill('SIGINT'));
    child.stdin.write(data);
    expect(await ended(child)).toBe(130);
    expect(await client.files.exists({ path: 'x' })).toBe(false);
    expect(await temporaryNames()).toEqual([]);
  });

  it('take exactly what is given to them, by cat and cp alike', async () => {
    const { env, client } = await setUp();
    await client.streaming.uploadStream({ path: 'large.bin' }, data);
    const child = program.start(['cp', 'files://data/large.bin', '-'], env);
    const [out, code] = await Promise.all([buffer(child.stdout), ended(child)]);
    expect(code).toBe(0);
    expect(Buffer.compare(out, data)).toBe(0);
  });
});

describe('names that mean something elsewhere', () => {
  it('stay names, inside the target', async () => {
    const { env, client } = await setUp();
    const names = ['%2e%2e', '~', '-rf', '$HOME', 'a b', "it's", '..a', 'x;y', 'é'];
    for (const name of names) {
      await client.files.write({ path: name, data: new TextEncoder().encode(name) });
    }
    const parent = await temporaryDirectory();
    await writeFile(join(parent, 'mine'), 'mine');
    const target = join(parent, 'here');
    expect((await runToEnd(['sync', '--delete', 'files://data', target], env)).code).toBe(0);
    expect(await localContents(target)).toEqual(
      Object.fromEntries([...names].sort().map((name) => [name, Buffer.from(name).toString('latin1')])),
    );
    expect((await readdir(parent)).sort()).toEqual(['here', 'mine']);
  });
});
