import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
let directory: string;

// Against the sources, not against a build that may be older than they are.
beforeAll(async () => {
  await mkdir(join(root, '.azstore'), { recursive: true });
  directory = await mkdtemp(join(root, '.azstore', 'examples-'));
  const names = await readdir(join(root, 'examples'));
  await build({
    entryPoints: names.map((name) => join(root, 'examples', name)),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    alias: {
      'azstore/files': join(root, 'src/files/index.ts'),
      'azstore/emulator': join(root, 'src/emulator/index.ts'),
    },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'error',
  });
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function run(name: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, TMPDIR: directory };
  return promisify(execFile)(process.execPath, [join(directory, `${name}.mjs`), ...args], { env });
}

describe('examples', () => {
  const outputs: Readonly<Record<string, readonly string[]>> = {
    'first-steps': [
      'directory reports',
      'directory reports/2026',
      'file reports/2026/november.json',
      'application/json {"ok":true}',
      'deleted 1 file and 2 directories',
    ],
    'move-local-files': ['20000000 of 20000000', 'uploaded 20000000 bytes', 'downloaded 20000000 bytes'],
    'keep-in-sync': [
      'first run: 2 copied, 2 directories made',
      'would be copied index.html',
      'would be deleted img/logo.svg',
      'would be deleted img',
      'second run: 1 copied, 1 deleted',
      'third run: 0 copied, 1 unchanged',
    ],
    'stream-through': [
      '0e2153e9f2285fdae6d7131bdadc85151575cfe1a4efcd22aec1c7b1a9830af4',
      'a line of thirty-two characters',
    ],
    'create-once': ['winners: 1'],
    'update-together': ['{"yes":2,"no":1} 3 lines'],
    'handle-errors': [
      'FileError FileNotFound, retryable: false, status: 404',
      'DirectoryError ParentNotFound, retryable: false, status: 404',
      'ConfigurationError InvalidPath, retryable: false, status: none',
      'DirectoryError ShareNotFound, retryable: false, status: 404',
    ],
    'test-without-a-socket': ['it holds'],
    demo: [
      'uploaded a tree of 64 files',
      'uploading: 100 %',
      'listed 65 files',
      'read 100000 bytes',
      'renamed the directory',
      'copied the large file',
      'downloading: 100 %',
      'all 65 checksums (SHA-256) are the same as before',
      'deleted 66 files',
      'done in ',
    ],
    'locked-counter': [
      '4 processes counted to 12 under a lock',
      'one of them was killed while it had the lock, and 3 wait for it',
      'the others counted to 21',
      'the file says 21, acknowledged were 21',
    ],
  };

  it('are all executed here', async () => {
    const names = (await readdir(join(root, 'examples'))).map((name) => name.replace(/\.ts$/, ''));
    expect(names.sort()).toEqual(Object.keys(outputs).sort());
  });

  it.each(Object.entries(outputs))('%s prints what it promises', { timeout: 90_000 }, async (name, lines) => {
    const { stdout, stderr } = await run(name, '9', 'files');
    expect(stderr).toBe('');
    for (const line of lines) expect(stdout).toContain(line);
  });
});

describe('the demo', () => {
  it('removes its temporary directory', async () => {
    await run('demo', '1', 'files');
    expect((await readdir(directory)).filter((name) => name.startsWith('azstore-demo-'))).toEqual([]);
  });

  it('goes on with processes under a lock, and fails when they do', async () => {
    const broken = join(directory, 'locked-counter.mjs');
    const whole = await readFile(broken);
    await writeFile(broken, 'process.exit(7)');
    try {
      await expect(run('demo', '1')).rejects.toMatchObject({
        code: 1,
        stderr: 'demo failed: exit code of the locked counter is 7, not 0\n',
      });
    } finally {
      await writeFile(broken, whole);
    }
  });

  it('fails with a message when something is wrong', async () => {
    await expect(run('demo', 'many')).rejects.toMatchObject({
      code: 1,
      stderr: 'demo failed: the size must be a whole number of MiB\n',
    });
  });
});
