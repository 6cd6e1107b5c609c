import { onTestFinished } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient } from '../../src/files/index.js';
import { type CliOptions, type CliResult, runCli } from './cli.js';
import type { OnFinish } from './on-finish.js';

/** An emulator of its own for one test, a client of it, and the command line with it in its environment. */
export interface ShareSetting {
  readonly emulator: Emulator;
  readonly client: AzureFilesClient;
  readonly env: Readonly<Record<string, string>>;
  /** Does something when the test has ended. */
  readonly onFinish: OnFinish;
  cli(argv: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Everything in the share `data`, as paths; directories end with a slash. */
  tree(): Promise<string[]>;
  /** Makes files of the share `data`, with the directories that they are in. */
  fill(files: Readonly<Record<string, Uint8Array | string>>): Promise<void>;
  read(path: string): Promise<string>;
}

/** @param onFinish - That of the test's context, where tests run at the same time. */
export async function startShare(onFinish: OnFinish = onTestFinished): Promise<ShareSetting> {
  const emulator = await startEmulator({ filesPort: 0, shares: ['data', 'other'] });
  const { connectionString } = emulator;
  const client = new AzureFilesClient(
    { credentials: { type: 'connection_string', connectionString }, defaultShare: 'data' },
    {},
  );
  onFinish(async () => {
    await client.close();
    await emulator.close();
  });
  const env = { AZURE_STORAGE_CONNECTION_STRING: connectionString };
  return {
    emulator,
    client,
    env,
    onFinish,
    cli: (argv, options) => runCli(argv, { env, ...options }),
    async tree() {
      const paths: string[] = [];
      for await (const { type, path } of client.directories.walk())
        paths.push(type === 'file' ? path : `${path}/`);
      return paths.sort();
    },
    async fill(files) {
      for (const [path, content] of Object.entries(files)) {
        const slash = path.lastIndexOf('/');
        if (slash > 0) await client.directories.ensure({ path: path.slice(0, slash) });
        const data = typeof content === 'string' ? new TextEncoder().encode(content) : content;
        await client.files.write({ path, data });
      }
    },
    read: async (path) => new TextDecoder().decode((await client.files.read({ path })).data),
  };
}
