import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { downloadSteps, localChild } from '../../../src/cli/copying/download.js';
import type { Step } from '../../../src/cli/copying/step.js';
import { bufferedBody } from '../../../src/core/http/message.js';
import { createEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient } from '../../../src/files/index.js';
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

describe('downloadSteps', () => {
  it.each(['..', '.', '../evil', 'sub/../../evil', '/evil', '..\\evil'])(
    'stays inside its destination when a service lists %j',
    async (name) => {
      const client = lyingClient([file('good'), file(name), directory(name)].join(''));
      const parent = await temporaryDirectory();
      const destination = join(parent, 'here');
      const { signal } = new AbortController();
      const steps: Step[] = [];
      const options = {
        clientOf: () => client,
        destination,
        into: false,
        recursive: true,
        overwrite: true,
        signal,
      };
      const source = {
        kind: 'share',
        share: 'data',
        path: '',
        directory: false,
        account: undefined,
      } as const;
      for await (const step of downloadSteps([source], options)) steps.push(step);
      const targets = steps.flatMap((step) => ('target' in step ? [step.target] : []));
      expect(
        targets.filter((target) => target !== destination && !target.startsWith(`${destination}/`)),
      ).toEqual([]);
      expect(steps.filter(({ kind }) => kind === 'failed').length).toBeGreaterThan(0);
      expect(await readdir(parent)).toEqual(['here']);
    },
  );
});
