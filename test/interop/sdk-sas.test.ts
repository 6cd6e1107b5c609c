import {
  AccountSASPermissions,
  type AccountSASSignatureValues,
  AnonymousCredential,
  FileSASPermissions,
  generateAccountSASQueryParameters,
  generateFileSASQueryParameters,
  newPipeline,
  SASProtocol,
  ShareClient,
  ShareFileClient,
  ShareSASPermissions,
  ShareServiceClient,
  StorageSharedKeyCredential,
} from '@azure/storage-file-share';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import { refusal } from '../support/official-client.js';

/* Signatures made by the official client, used by the official client, against the emulator over a socket. */

const account = wellKnownAccount.name;
const credential = new StorageSharedKeyCredential(account, wellKnownAccount.keys[0] ?? '');
const inAnHour = () => new Date(Date.now() + 3_600_000);
const anHourAgo = () => new Date(Date.now() - 3_600_000);

async function start(options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ filesPort: 0, shares: ['share'], ...options });
  onTestFinished(() => emulator.close());
  const tlsOptions = emulator.certificate === undefined ? {} : { tlsOptions: { ca: emulator.certificate } };
  const clientOptions = { retryOptions: { maxTries: 1 }, ...tlsOptions };
  const service = new ShareServiceClient(emulator.filesEndpoint, credential, clientOptions);
  const share = service.getShareClient('share');
  const directory = share.getDirectoryClient('d');
  await directory.create();
  const file = directory.getFileClient('f ü.txt');
  await file.create(8, { fileHttpHeaders: { fileContentType: 'text/plain' } });
  const anonymous = newPipeline(new AnonymousCredential(), clientOptions);
  return {
    endpoint: emulator.filesEndpoint,
    service,
    share,
    file,
    serviceWith: (sas: string) => new ShareServiceClient(`${emulator.filesEndpoint}?${sas}`, anonymous),
    shareWith: (sas: string) => new ShareClient(`${share.url}?${sas}`, anonymous),
    fileWith: (sas: string) => new ShareFileClient(`${file.url}?${sas}`, anonymous),
    anonymous,
  };
}

function accountSas(more: Partial<AccountSASSignatureValues> = {}): string {
  return generateAccountSASQueryParameters(
    {
      expiresOn: inAnHour(),
      permissions: AccountSASPermissions.parse('rwdlc'),
      resourceTypes: 'sco',
      services: 'f',
      ...more,
    },
    credential,
  ).toString();
}

const shareSas = (more: Partial<Parameters<typeof generateFileSASQueryParameters>[0]> = {}) =>
  generateFileSASQueryParameters(
    { shareName: 'share', expiresOn: inAnHour(), permissions: ShareSASPermissions.parse('rcwdl'), ...more },
    credential,
  ).toString();
const fileSas = (more: Partial<Parameters<typeof generateFileSASQueryParameters>[0]> = {}) =>
  shareSas({ filePath: 'd/f ü.txt', permissions: FileSASPermissions.parse('rcwd'), ...more });

describe('an account SAS of the official client', () => {
  it('does what its letters say, on every level', async () => {
    const { serviceWith } = await start();
    const service = serviceWith(accountSas());
    const names = [];
    for await (const { name } of service.listShares()) names.push(name);
    expect(names).toEqual(['share']);
    const share = service.getShareClient('new');
    await share.create();
    const file = share.rootDirectoryClient.getFileClient('f');
    await file.create(3);
    await file.uploadRange('abc', 0, 3);
    expect((await file.downloadToBuffer()).toString()).toBe('abc');
    await file.delete();
    await share.delete();
  });

  it.each(['2016-05-31', '2018-11-09', '2020-10-02', '2020-12-06', '2023-11-03', '2026-04-06'])(
    'is taken in version %s',
    async (version) => {
      const { serviceWith } = await start();
      const sas = accountSas({
        version,
        startsOn: anHourAgo(),
        protocol: SASProtocol.HttpsAndHttp,
        services: 'btqf',
      });
      expect((await serviceWith(sas).listShares().byPage().next()).value.shareItems).toHaveLength(1);
    },
  );

  it.each([
    ['permission', { permissions: AccountSASPermissions.parse('wdlcup') }, 'AuthorizationPermissionMismatch'],
    ['service', { services: 'btq' }, 'AuthorizationServiceMismatch'],
    ['resource type', { resourceTypes: 'co' }, 'AuthorizationResourceTypeMismatch'],
    ['address', { ipRange: { start: '10.0.0.1', end: '10.0.0.9' } }, 'AuthorizationSourceIPMismatch'],
    ['protocol', { protocol: SASProtocol.Https }, 'AuthorizationProtocolMismatch'],
    ['expiry', { expiresOn: anHourAgo() }, 'AuthenticationFailed'],
    ['start', { startsOn: inAnHour(), expiresOn: new Date(Date.now() + 7_200_000) }, 'AuthenticationFailed'],
  ])('is refused with the right code for its %s', async (_name, more, code) => {
    const { serviceWith } = await start();
    expect(await refusal(serviceWith(accountSas(more)).getProperties())).toEqual([403, code]);
  });

  it('tells the official client why, as its own tests expect', async () => {
    const { serviceWith } = await start();
    const share = serviceWith(accountSas({ expiresOn: anHourAgo() })).getShareClient('new');
    await expect(share.create()).rejects.toMatchObject({
      details: { authenticationErrorDetail: expect.stringMatching(/^Signed expiry time/) },
    });
  });

  it('is taken from its addresses', async () => {
    const { serviceWith } = await start();
    const sas = accountSas({ ipRange: { start: '127.0.0.1', end: '127.0.0.255' } });
    await serviceWith(sas).getProperties();
  });
});

describe('a service SAS of the official client', () => {
  it('for a share lists, makes, reads, writes and deletes in it', async () => {
    const { shareWith } = await start();
    const share = shareWith(shareSas());
    const names = [];
    for await (const { name } of share.getDirectoryClient('').listFilesAndDirectories()) names.push(name);
    expect(names).toEqual(['d']);
    const directory = share.getDirectoryClient('e');
    await directory.create();
    const file = directory.getFileClient('f');
    await file.create(3);
    await file.uploadRange('abc', 0, 3);
    expect((await file.getProperties()).contentLength).toBe(3);
    await file.delete();
    await directory.delete();
    expect(await refusal(share.getProperties())).toEqual([403, 'AuthorizationFailure']);
    expect(await refusal(share.delete())).toEqual([403, 'AuthorizationFailure']);
    expect(await refusal(share.getAccessPolicy())).toEqual([403, 'AuthorizationFailure']);
  });

  it('for a file reads that file, with other headers', async () => {
    const { share, fileWith, anonymous } = await start();
    const sas = fileSas({
      cacheControl: 'cache-control-override',
      contentDisposition: 'content-disposition-override',
      contentEncoding: 'content-encoding-override',
      contentLanguage: 'content-language-override',
      contentType: 'content-type-override',
      version: '2016-05-31',
    });
    const expected = {
      cacheControl: 'cache-control-override',
      contentDisposition: 'content-disposition-override',
      contentEncoding: 'content-encoding-override',
      contentLanguage: 'content-language-override',
      contentType: 'content-type-override',
    };
    expect(await fileWith(sas).getProperties()).toMatchObject(expected);
    expect(await fileWith(sas).download()).toMatchObject(expected);
    const other = new ShareFileClient(`${share.url}/d/other?${sas}`, anonymous);
    expect(await refusal(other.getProperties())).toEqual([403, 'AuthenticationFailed']);
  });

  it.each(['2015-04-05', '2018-03-28', '2018-11-09', '2020-12-06', '2026-04-06'])(
    'is taken in version %s',
    async (version) => {
      const { fileWith, shareWith } = await start();
      const more = { version, startsOn: anHourAgo(), ipRange: { start: '127.0.0.1' } };
      await fileWith(fileSas({ ...more, protocol: SASProtocol.HttpsAndHttp })).getProperties();
      await shareWith(shareSas(more)).getDirectoryClient('d').getProperties();
    },
  );

  it('is refused for what it does not allow', async () => {
    const { fileWith } = await start();
    const reading = fileWith(fileSas({ permissions: FileSASPermissions.parse('r') }));
    expect(await refusal(reading.delete())).toEqual([403, 'AuthorizationPermissionMismatch']);
    const creating = fileWith(fileSas({ permissions: FileSASPermissions.parse('c') }));
    expect(await refusal(creating.create(1))).toEqual([403, 'AuthorizationPermissionMismatch']);
    const late = fileWith(fileSas({ expiresOn: anHourAgo() }));
    expect(await refusal(late.getProperties())).toEqual([403, 'AuthenticationFailed']);
  });

  it.each(['se', 'sp', 'sr', 'sv', 'sig'])('is refused once %s was tampered with', async (name) => {
    const { fileWith } = await start();
    const fields = new URLSearchParams(fileSas());
    const others: Readonly<Record<string, string>> = {
      se: '2099-01-01T00:00:00Z',
      sp: 'r',
      sr: 's',
      sv: '2023-11-03',
      sig: 'AAAA',
    };
    fields.set(name, others[name] ?? '');
    expect(await refusal(fileWith(`${fields}`).getProperties())).toEqual([403, 'AuthenticationFailed']);
  });

  it('goes by a stored policy until it is revoked', async () => {
    const { share, fileWith, shareWith } = await start();
    const accessPolicy = { startsOn: anHourAgo(), expiresOn: inAnHour(), permissions: 'rcwdl' };
    await share.setAccessPolicy([{ id: 'unique-id', accessPolicy }]);
    const sas = (filePath?: string) =>
      generateFileSASQueryParameters(
        { shareName: 'share', identifier: 'unique-id', ...(filePath !== undefined && { filePath }) },
        credential,
      ).toString();
    await fileWith(sas('d/f ü.txt')).getProperties();
    await shareWith(sas()).getDirectoryClient('').listFilesAndDirectories().byPage().next();
    await share.setAccessPolicy([{ id: 'other', accessPolicy }]);
    expect(await refusal(fileWith(sas('d/f ü.txt')).getProperties())).toEqual([403, 'AuthenticationFailed']);
  });

  it('renames with one signature for the source and another one for the target', async () => {
    const { share, shareWith } = await start();
    await share.getDirectoryClient('').getFileClient('target').create(1);
    const source = shareWith(shareSas({ permissions: ShareSASPermissions.parse('r') }));
    const target = shareSas({ permissions: ShareSASPermissions.parse('w') });
    const moving = source.getDirectoryClient('d').getFileClient('f ü.txt');
    await moving.rename(`target?${target}`, { replaceIfExists: true });
    expect(await share.getDirectoryClient('d').getFileClient('f ü.txt').exists()).toBe(false);
    expect((await share.getDirectoryClient('').getFileClient('target').getProperties()).contentLength).toBe(
      8,
    );
    await source.getDirectoryClient('d').rename(`moved?${target}`);
    expect(await share.getDirectoryClient('moved').exists()).toBe(true);
  });

  it('copies with one signature for the source and another one for the target', async () => {
    const { file, shareWith } = await start();
    const copy = shareWith(shareSas({ permissions: ShareSASPermissions.parse('c') }))
      .getDirectoryClient('')
      .getFileClient('copy');
    expect(await refusal(copy.startCopyFromURL(file.url))).toEqual([404, 'CannotVerifyCopySource']);
    const source = `${file.url}?${fileSas({ permissions: FileSASPermissions.parse('r') })}`;
    expect((await copy.startCopyFromURL(source)).copyStatus).toBe('success');
  });
});

describe('a SAS for HTTPS', () => {
  it('is taken by an emulator with a certificate of its own making', async () => {
    const { fileWith, serviceWith } = await start({ https: true });
    await fileWith(fileSas({ protocol: SASProtocol.Https })).getProperties();
    await serviceWith(accountSas({ protocol: SASProtocol.Https })).getProperties();
  });

  it('is refused in the clear', async () => {
    const { fileWith } = await start();
    const refused = await refusal(fileWith(fileSas({ protocol: SASProtocol.Https })).getProperties());
    expect(refused).toEqual([403, 'AuthorizationProtocolMismatch']);
  });
});
