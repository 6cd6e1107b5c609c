import { describe, expect, it, onTestFinished } from 'vitest';
import { remoteSteps } from '../../../src/cli/copying/remote.js';
import type { FileStep } from '../../../src/cli/copying/step.js';
import { NetworkError } from '../../../src/core/errors.js';
import { createEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient } from '../../../src/files/index.js';
import { InterceptedTransport, type Interceptor } from '../../support/intercepted-transport.js';

async function setUp() {
  const emulator = createEmulator({ shares: ['data'] });
  onTestFinished(() => emulator.close());
  const transport = new InterceptedTransport(emulator.transport);
  const credentials = { type: 'connection_string', connectionString: emulator.connectionString } as const;
  const client = new AzureFilesClient({ transport, credentials, defaultShare: 'data' }, {});
  await client.files.write({ path: 'a', data: new TextEncoder().encode('content') });
  const names = async () => (await client.directories.list()).entries.map(({ name }) => name);
  return { client, transport, names };
}

function at(path: string) {
  return { kind: 'share', share: 'data', path, directory: false, account: undefined } as const;
}

/** The only step of a copy of `a` to `b`. */
async function stepOf(client: AzureFilesClient, overwrite = true): Promise<FileStep> {
  const { signal } = new AbortController();
  const options = { client, destination: at('b'), into: false, recursive: false, overwrite, signal };
  for await (const step of remoteSteps([at('a')], options)) if (step.kind === 'file') return step;
  throw new Error('there is no step');
}

function context(signal = new AbortController().signal) {
  return { concurrency: 1, memoryBudget: 1, onProgress: () => {}, signal };
}

/** Says of a copy that it is pending, until `status` is something else. */
function pending(status: () => string): Interceptor {
  return async (request, next) => {
    const response = await next();
    if (response.headers.has('x-ms-copy-status') && request.method !== 'DELETE') {
      response.headers.set('x-ms-copy-status', status());
    }
    return response;
  };
}

const isCopy = ({ method, target }: { method: string; target: string }) =>
  method === 'PUT' && target.includes('.tmp') && !target.includes('comp=');

describe('a copy by the service', () => {
  it('waits for a copy that is pending before the file gets its name', async () => {
    const { client, transport, names } = await setUp();
    let looks = 0;
    transport.intercept = pending(() => {
      looks += 1;
      return looks < 3 ? 'pending' : 'success';
    });
    expect(await (await stepOf(client)).run(context())).toBe('copied');
    expect(looks).toBeGreaterThanOrEqual(3);
    expect(await names()).toEqual(['a', 'b']);
  });

  it.each(['failed', 'aborted'])(
    'fails when the service ends it as %s, and leaves nothing',
    async (status) => {
      const { client, transport, names } = await setUp();
      transport.intercept = pending(() => status);
      await expect((await stepOf(client)).run(context())).rejects.toThrow(
        `ended the copy of files://data/a as ${status}`,
      );
      transport.intercept = (_request, next) => next();
      expect(await names()).toEqual(['a']);
    },
  );

  it('is aborted when it is interrupted, and leaves nothing', async () => {
    const { client, transport, names } = await setUp();
    const controller = new AbortController();
    const reason = new Error('enough');
    let looks = 0;
    transport.intercept = pending(() => {
      looks += 1;
      if (looks === 2) controller.abort(reason);
      return 'pending';
    });
    await expect((await stepOf(client)).run(context(controller.signal))).rejects.toBe(reason);
    expect(transport.sent.filter((line) => line.includes('comp=copy&copyid='))).toHaveLength(1);
    transport.intercept = (_request, next) => next();
    expect(await names()).toEqual(['a']);
  });

  it('leaves nothing when it cannot be started', async () => {
    const { client, transport, names } = await setUp();
    transport.intercept = (request, next) =>
      isCopy(request)
        ? Promise.reject(new NetworkError('ConnectionFailed', 'no', { retryable: false }))
        : next();
    await expect((await stepOf(client)).run(context())).rejects.toMatchObject({ code: 'ConnectionFailed' });
    expect(await names()).toEqual(['a']);
  });

  it('leaves a file alone that appears meanwhile and may not be replaced', async () => {
    const { client, transport, names } = await setUp();
    transport.intercept = async (request, next) => {
      if (!isCopy(request)) return next();
      transport.intercept = (_request, go) => go();
      await client.files.create({ path: 'b', size: 0 });
      return next();
    };
    expect(await (await stepOf(client, false)).run(context())).toBe('skipped');
    expect((await client.files.getProperties({ path: 'b' })).size).toBe(0);
    expect(await names()).toEqual(['a', 'b']);
  });
});
