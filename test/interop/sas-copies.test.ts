import { inspect } from 'node:util';
import { ShareServiceClient } from '@azure/storage-file-share';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpHeaders } from '../../src/core/http/headers.js';
import { bufferedBody, type HttpResponse } from '../../src/core/http/message.js';
import { startEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import { AzureFilesClient, type AzureFilesConfig, createNodeTransport } from '../../src/files/index.js';
import { InterceptedTransport, type Interceptor } from '../support/intercepted-transport.js';
import { RecordingTelemetry } from '../support/recording-telemetry.js';
import { rejection } from '../support/rejection.js';

/*
 * Copies and renames by a client that has only a SAS: the one of the request is for the destination, so the source's URL needs
 * one of its own. Over the emulator with the account in the path and in the host's name.
 */

const account = wellKnownAccount.name;
const text = Buffer.from('content');
const styles = ['in the path', 'in the name of the host'] as const;

async function setUp(style: (typeof styles)[number] = 'in the path') {
  const emulator = await startEmulator({ filesPort: 0, shares: ['data', 'other'] });
  onTestFinished(() => emulator.close());
  const endpoint =
    style === 'in the path' ? emulator.filesEndpoint : `https://${account}.file.core.windows.net`;
  const transport = new InterceptedTransport(emulator.transport);
  const sources: string[] = [];
  transport.intercept = ({ headers }, next) => {
    const source = headers.get('x-ms-copy-source') ?? headers.get('x-ms-file-rename-source');
    if (source !== undefined) sources.push(source);
    return next();
  };
  const key = wellKnownAccount.keys[0] ?? '';
  const connect = (config: AzureFilesConfig) =>
    new AzureFilesClient({ accountName: account, endpoint, transport, defaultShare: 'data', ...config });
  const owner = connect({ credentials: { type: 'shared_key', key } });
  await owner.directories.create({ path: 'd' });
  await owner.files.write({ path: 'd/a b#ü', data: text });
  await owner.files.write({ share: 'other', path: 'far', data: text });
  return {
    endpoint,
    owner,
    sources,
    transport,
    withSas: (token: string, more: AzureFilesConfig = {}) =>
      connect({ credentials: { type: 'sas_token', token }, ...more }),
    official: ShareServiceClient.fromConnectionString(emulator.connectionString),
  };
}

const contentOf = async ({ files }: AzureFilesClient, path: string) =>
  Buffer.from((await files.read({ path })).data).toString();

describe.each(styles)('with the account %s, a client with a SAS', (style) => {
  it('copies, renames and moves directories within its share', async () => {
    const { endpoint, owner, withSas, sources } = await setUp(style);
    const { token } = await owner.sas.generate({ permissions: ['read', 'write'] });
    const client = withSas(token);
    expect(await client.files.copy({ sourcePath: 'd/a b#ü', destPath: 'copy' })).toMatchObject({
      status: 'success',
    });
    await client.files.rename({ path: 'copy', newPath: 'renamed' });
    await client.directories.rename({ path: 'd', newPath: 'e' });
    expect(await contentOf(owner, 'renamed')).toBe('content');
    expect(await contentOf(owner, 'e/a b#ü')).toBe('content');
    expect(sources).toEqual([
      `${endpoint}/data/d/a%20b%23%C3%BC?${token}`,
      `${endpoint}/data/copy?${token}`,
      `${endpoint}/data/d?${token}`,
    ]);
  });

  it('copies from a snapshot', async () => {
    const { owner, withSas, official } = await setUp(style);
    const { snapshot = '' } = await official.getShareClient('data').createSnapshot();
    await owner.files.write({ path: 'd/a b#ü', data: Buffer.from('later') });
    const { token } = await owner.sas.generate({ permissions: ['read', 'write'] });
    const copy = { sourcePath: 'd/a b#ü', sourceSnapshot: snapshot, destPath: 'copy' };
    await withSas(token).files.copy(copy);
    expect(await contentOf(owner, 'copy')).toBe('content');
  });

  it('copies from another share with an account SAS, not with one for a share', async () => {
    const { owner, withSas } = await setUp(style);
    const copy = { sourceShare: 'other', sourcePath: 'far', destPath: 'near' };
    const narrow = await owner.sas.generate({ permissions: ['read', 'write'] });
    const refused = await rejection<Error>(withSas(narrow.token).files.copy(copy));
    expect(refused).toMatchObject({ name: 'FileError', code: 'CopySourceUnreadable', status: 403 });
    for (const signature of signaturesIn(narrow.token)) expect(refused.message).not.toContain(signature);
    const wide = await owner.sas.generateAccount({ resourceTypes: 'o', permissions: ['read', 'write'] });
    await withSas(wide.token).files.copy(copy);
    expect(await contentOf(owner, 'near')).toBe('content');
  });

  it('copies from another share with a SAS for each, and keeps that of the source', async () => {
    const { owner, withSas, sources } = await setUp(style);
    const to = await owner.sas.forCreate({ path: 'near' });
    const from = await owner.sas.forRead({ share: 'other', path: 'far' });
    await withSas(to.token).files.copyFromUrl({ sourceUrl: from.url, destPath: 'near' });
    expect(sources).toEqual([from.url]);
    expect(await contentOf(owner, 'near')).toBe('content');
  });

  it('cannot read a source that its SAS does not let it read', async () => {
    const { owner, withSas } = await setUp(style);
    const { token } = await owner.sas.generate({ permissions: ['write'] });
    const { files } = withSas(token);
    expect(await rejection(files.copy({ sourcePath: 'd/a b#ü', destPath: 'copy' }))).toMatchObject({
      code: 'CopySourceUnreadable',
      status: 403,
    });
    expect(await rejection(files.rename({ path: 'd/a b#ü', newPath: 'x' }))).toMatchObject({
      name: 'AuthenticationError',
      code: 'PermissionDenied',
      message: expect.stringContaining('it has sp=w'),
    });
    expect(await owner.files.exists({ path: 'copy' })).toBe(false);
    expect(await owner.files.exists({ path: 'd/a b#ü' })).toBe(true);
  });
});

/** A signature as it travels, and as it is. */
function signaturesIn(token: string): string[] {
  const signature = new URLSearchParams(token).get('sig') ?? '';
  return [signature, encodeURIComponent(signature)];
}

describe('a copy or rename by a client with a SAS', () => {
  const failures: readonly (readonly [string, Interceptor])[] = [
    [
      'is refused by a service that repeats the URL',
      async ({ target, headers }) => {
        const body = `<Error><Code>InvalidHeaderValue</Code><Message>no ${target}</Message><HeaderValue>${headers.get('x-ms-copy-source')}</HeaderValue></Error>`;
        return answer(400, body);
      },
    ],
    [
      'is not allowed',
      async ({ headers }) =>
        answer(
          403,
          `<Error><Code>AuthorizationPermissionMismatch</Code><Message>${headers.get('x-ms-file-rename-source')}</Message></Error>`,
        ),
    ],
    [
      'finds nobody there',
      (request, _next, call) =>
        createNodeTransport().send({ ...request, origin: 'http://127.0.0.1:1' }, call),
    ],
  ];

  it.each(failures)('that %s tells nobody the signature', async (_name, intercept) => {
    const telemetry = new RecordingTelemetry();
    const { owner, withSas, transport } = await setUp();
    const { token } = await owner.sas.generate({ permissions: ['read', 'write'] });
    const client = withSas(token, { telemetry, retryConfig: { maxAttempts: 1 } });
    await client.files.copy({ sourcePath: 'd/a b#ü', destPath: 'copy' });
    transport.intercept = intercept;
    const errors = [
      await rejection<Error>(client.files.copy({ sourcePath: 'd/a b#ü', destPath: 'x' })),
      await rejection<Error>(client.files.rename({ path: 'd/a b#ü', newPath: 'x' })),
      await rejection<Error>(client.directories.rename({ path: 'd', newPath: 'e' })),
    ];
    const shown = [errors, telemetry, client].flatMap((each) => [
      inspect(each, { depth: 12, showHidden: true }),
      JSON.stringify(each, (_key, value) => (value === undefined ? null : value)),
    ]);
    expect(telemetry.spans.length).toBeGreaterThan(4);
    for (const signature of signaturesIn(token)) expect(shown.join()).not.toContain(signature);
  });

  it('sends its SAS to no other account on the same host', async () => {
    const { endpoint, owner, withSas, sources } = await setUp();
    const { token } = await owner.sas.generateAccount({ resourceTypes: 'o', permissions: 'rw' });
    const sourceUrl = `${endpoint.replace(account, 'otheraccount')}/data/a`;
    expect(await rejection(withSas(token).files.copyFromUrl({ sourceUrl, destPath: 'x' }))).toMatchObject({
      code: 'CopySourceUnreadable',
    });
    expect(sources).toEqual([sourceUrl]);
  });
});

function answer(status: number, body: string): HttpResponse {
  return { status, headers: HttpHeaders.of({}), body: bufferedBody(Buffer.from(body)) };
}
