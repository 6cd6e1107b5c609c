import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { downloadSteps, localChild } from '../../../src/cli/copying/download.js';
import { bufferedBody } from '../../../src/core/http/message.js';
import { createEmulator } from '../../../src/emulator/index.js';
import {
  AzureFilesClient,
  DirectoryTransferError,
  type DirectoryTransferEvent,
} from '../../../src/files/index.js';
import { InterceptedTransport } from '../../support/intercepted-transport.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

describe('localChild', () => {
  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', '/etc/passwd', 'a\0b'])('refuses %j', (name) => {
    expect(() => localChild('/tmp/here', name)).toThrow('leads elsewhere');
  });

  it.each(['a', '...', '..a', 'a..', ' ', '~', '-rf', '$HOME', '%2e%2e'])(
    'takes %j as the name that it is',
    (name) => {
      expect(localChild('/tmp/here', name)).toBe(join('/tmp/here', name));
    },
  );
});

/** A service that lists what the test says instead of what is there. */
function lyingClient(entries: string): AzureFilesClient {
  const emulator = createEmulator({ shares: ['data'] });
  onTestFinished(() => emulator.close());
  const transport = new InterceptedTransport(emulator.transport);
  transport.intercept = async (request, next) => {
    const response = await next();
    if (!request.target.includes('comp=list')) return response;
    const text = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://x/" ShareName="data" DirectoryPath=""><Entries>${entries}</Entries><NextMarker /></EnumerationResults>`;
    return { ...response, body: bufferedBody(new TextEncoder().encode(text)) };
  };
  const { connectionString } = emulator;
  return new AzureFilesClient(
    { transport, credentials: { type: 'connection_string', connectionString } },
    {},
  );
}

const properties = (size: string) =>
  `<Properties>${size}<CreationTime>2026-01-01T00:00:00.0000000Z</CreationTime><LastAccessTime>2026-01-01T00:00:00.0000000Z</LastAccessTime><LastWriteTime>2026-01-01T00:00:00.0000000Z</LastWriteTime><ChangeTime>2026-01-01T00:00:00.0000000Z</ChangeTime><Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified><Etag>"0x1"</Etag></Properties>`;

function file(name: string): string {
  return `<File><Name>${name}</Name><FileId>1</FileId>${properties('<Content-Length>1</Content-Length>')}</File>`;
}

function directory(name: string): string {
  return `<Directory><Name>${name}</Name><FileId>1</FileId>${properties('')}</Directory>`;
}

const nobody = { concurrency: 4, memoryBudget: 1024 * 1024, onProgress: () => {} };

/** Carries out all steps; what fails is told. */
async function carryOut(client: AzureFilesClient, destination: string): Promise<string[]> {
  const { signal } = new AbortController();
  const options = {
    clientOf: () => client,
    destination,
    into: false,
    recursive: true,
    existing: 'compare',
    checksum: 'none',
    notes: false,
    signal,
  } as const;
  const source = { kind: 'share', share: 'data', path: '', directory: false, account: undefined } as const;
  const failed: string[] = [];
  for await (const step of downloadSteps([source], options)) {
    if (step.kind !== 'tree') continue;
    const onEntry = (event: DirectoryTransferEvent) => {
      if (event.type === 'failed') failed.push(event.path);
    };
    await step.run({ ...nobody, onEntry, signal }).catch((error: unknown) => {
      // Of a listing that makes no sense, nothing is taken.
      if (!(error instanceof DirectoryTransferError)) failed.push(String(error));
    });
  }
  return failed;
}

describe('downloadSteps', () => {
  it.each([
    '..',
    '.',
    '../evil',
    'sub/../../evil',
    '/evil',
    '..\\..\\evil',
    'C:\\evil',
    '\\\\server\\share\\evil',
  ])('stays inside its destination when a service lists %j', async (name) => {
    const client = lyingClient([file('good'), file(name), directory(name)].join(''));
    const parent = await temporaryDirectory();
    expect(await carryOut(client, join(parent, 'here'))).not.toEqual([]);
    expect((await readdir(parent)).filter((each) => each !== 'here')).toEqual([]);
  });

  it.each(['C:', 'x:stream', '~', '%2e%2e'])('takes %j for a name inside its destination', async (name) => {
    const client = lyingClient(directory(name));
    const parent = await temporaryDirectory();
    await carryOut(client, join(parent, 'here'));
    expect(await readdir(parent)).toEqual(['here']);
  });
});
