import { describe, expect, it } from 'vitest';
import { type RoleAssignment, resolveRoles } from '../../../../../src/emulator/role-options.js';
import { type Sent, ShareRequests } from '../../../../support/share-requests.js';
import { account, accountSas, delegationSas, serviceSas } from '../../../../support/signatures.js';
import { ask, askAs, bob, delegationKey, outcome, token } from '../../../../support/unsigned-requests.js';

/* What a request may read or move on behalf of itself: the sources of copies and renames. */

const origin = `http://127.0.0.1:10003/${account}`;
const onShare = (sp: string, more: Readonly<Record<string, string>> = {}) =>
  serviceSas({ share: 'share' }, { sp, ...more });
const onFile = (file: string, sp: string) => serviceSas({ share: 'share', file }, { sp });

async function withFiles(...roles: RoleAssignment[]): Promise<ShareRequests> {
  const table = roles.length === 0 ? undefined : resolveRoles(roles, [account]);
  const requests = new ShareRequests('2026-04-06', [account, 'second'], { roles: table });
  await requests.createShare();
  for (const path of ['source', 'd/source']) {
    await requests.createDirectory('d');
    await requests.createFile(path, 4);
    await requests.putRange(path, { start: 0, bytes: 'data' });
  }
  await requests.createFile('target', 4);
  await requests.send({ method: 'PUT', target: '/share?restype=share', account: 'second' });
  const made = { 'x-ms-type': 'file', 'x-ms-content-length': '4' };
  await requests.send({ method: 'PUT', target: '/share/target', account: 'second', headers: made });
  return requests;
}

const ranges = { 'x-ms-write': 'update', 'x-ms-range': 'bytes=0-3', 'x-ms-source-range': 'bytes=0-3' };

/** The two ways to copy; what authorizes the request stands behind `?` or `&`. */
const copies: Readonly<Record<string, (source: string, own: string) => Sent>> = {
  'Copy File': (source, own) => ({
    method: 'PUT',
    target: `/share/copy?${own}`,
    headers: { 'x-ms-copy-source': `${origin}/share/${source}` },
  }),
  'Put Range from URL': (source, own) => ({
    method: 'PUT',
    target: `/share/target?comp=range&${own}`,
    headers: { 'x-ms-copy-source': `${origin}/share/${source}`, ...ranges },
  }),
};

describe.each(Object.entries(copies))('%s', (name, copying) => {
  it.each([
    ['a signature of the share', `source?${onShare('r')}`],
    ['a signature of the file', `source?${onFile('source', 'r')}`],
    ['a signature of the account', `source?${accountSas({ srt: 'o', sp: 'r' })}`],
    ['a signature of an encoded path', `d%2fsource?${onFile('d/source', 'r')}`.replace('%2f', '/')],
  ])('reads a source with %s', async (_name, source) => {
    const requests = await withFiles();
    expect((await ask(requests, copying(source, onShare('w')))).status).toBeLessThan(300);
    expect((await requests.send({ ...copying(source, ''), account: 'second' })).status).toBeLessThan(300);
  });

  it('reads nothing with the signature of the request', async () => {
    const requests = await withFiles();
    for (const own of [onShare('rcwdl'), accountSas({})])
      expect(outcome(await ask(requests, copying('source', own)))).toBe('404 CannotVerifyCopySource');
  });

  it.each([
    ['another file', onFile('target', 'r')],
    ['nothing but writing', onShare('cwdl')],
    ['the past', onShare('r', { se: '2020-01-01' })],
    ['HTTPS', onShare('r', { spr: 'https' })],
    ['the addresses of clients', onShare('r', { sip: '127.0.0.1' })],
    ['blobs', accountSas({ ss: 'b' })],
    ['shares', accountSas({ srt: 'sc' })],
    ['a policy that is not there', serviceSas({ share: 'share' }, { si: 'gone' }, ['se'])],
    ['nothing, as it was changed', onShare('r').replace(/sig=./, 'sig=x')],
  ])('is refused a source whose signature is for %s', async (_name, sas) => {
    const requests = await withFiles();
    for (const answer of [
      await ask(requests, copying(`source?${sas}`, onShare('w'))),
      await requests.send(copying(`source?${sas}`, '')),
    ]) {
      expect(outcome(answer)).toBe('403 CannotVerifyCopySource');
      expect(answer.text).not.toContain(new URLSearchParams(sas).get('sig'));
    }
  });

  it('reads a source with a user delegation SAS', async () => {
    const requests = await withFiles();
    const sas = delegationSas(await delegationKey(requests), { share: 'share', file: 'source' }, { sp: 'r' });
    expect((await ask(requests, copying(`source?${sas}`, onShare('w')))).status).toBeLessThan(300);
  });

  it('reads with a token what the token may read', async () => {
    const all = await withFiles();
    expect((await askAs(all, copying('source', ''))).status).toBeLessThan(300);
    const limited = await withFiles(
      { principal: '*', role: 'Storage File Data Privileged Contributor', share: 'share', path: 'd' },
      { principal: '*', actions: ['fileShares/files/write', 'writeFileBackupSemantics/action'] },
    );
    expect((await askAs(limited, copying('d/source', ''))).status).toBeLessThan(300);
    expect(outcome(await askAs(limited, copying('source', '')))).toBe('403 CannotVerifyCopySource');
    expect((await askAs(limited, copying(`source?${onShare('r')}`, ''))).status).toBeLessThan(300);
  });

  it('reads no other account with a token for its own', async () => {
    const requests = await withFiles();
    const sent = { ...copying('source', ''), account: 'second' };
    expect(outcome(await askAs(requests, sent))).toBe('404 CannotVerifyCopySource');
  });

  it('takes a token for the source where the service does', async () => {
    const requests = await withFiles();
    const bearer = token(requests.clock.now(), bob);
    const sent = copying('source', onShare('w'));
    const headers = { ...sent.headers, 'x-ms-copy-source-authorization': `Bearer ${bearer}` };
    const withIntent = { ...headers, 'x-ms-file-request-intent': 'backup' };
    const answer = await ask(requests, { ...sent, headers: withIntent });
    if (name === 'Copy File') {
      expect(outcome(answer)).toBe('400 UnsupportedHeader');
      return;
    }
    expect(answer.status).toBe(201);
    expect(outcome(await ask(requests, { ...sent, headers }))).toBe('400 MissingRequiredHeader');
    const other = { ...withIntent, 'x-ms-copy-source-authorization': 'SharedKey a:b' };
    expect(outcome(await ask(requests, { ...sent, headers: other }))).toBe('400 InvalidHeaderValue');
    const old = await ask(requests, { ...sent, headers: withIntent, version: '2020-08-04' });
    expect(outcome(old)).toBe('400 UnsupportedHeader');
    const expired = token(requests.clock.now(), { exp: 1 });
    const late = { ...withIntent, 'x-ms-copy-source-authorization': `Bearer ${expired}` };
    expect(outcome(await ask(requests, { ...sent, headers: late }))).toBe('401 CannotVerifyCopySource');
  });
});

describe('a rename', () => {
  const rename = (source: string, own: string, kind = ''): Sent => ({
    method: 'PUT',
    target: `/share/renamed?comp=rename${kind}&${own}`,
    headers: { 'x-ms-file-rename-source': `${origin}/share/${source}` },
  });
  const directory = '&restype=directory';

  it('needs a signature on either side: to read here, to write there', async () => {
    const requests = await withFiles();
    expect((await ask(requests, rename(`source?${onShare('r')}`, onShare('w')))).status).toBe(200);
    expect((await ask(requests, rename(`d?${onShare('r')}`, onShare('w'), directory))).status).toBe(409);
    await requests.delete('/share/renamed');
    expect((await ask(requests, rename(`d?${onShare('r')}`, onShare('w'), directory))).status).toBe(200);
  });

  it('takes those of two files', async () => {
    const requests = await withFiles();
    const own = onFile('renamed', 'w');
    expect((await ask(requests, rename(`source?${onFile('source', 'r')}`, own))).status).toBe(200);
  });

  it('is refused without one for the source, as the service was seen to', async () => {
    const requests = await withFiles();
    const answer = await ask(requests, rename('source', onShare('rcwdl')));
    expect(outcome(answer)).toBe('403 AuthorizationFailure');
    expect(answer.text).toContain('This request is not authorized to perform this operation.');
  });

  it.each([
    ['another file', onFile('target', 'r'), 'AuthenticationFailed'],
    ['nothing but writing', onShare('cwdl'), 'AuthorizationPermissionMismatch'],
    ['the past', onShare('r', { se: '2020-01-01' }), 'AuthenticationFailed'],
    ['shares', accountSas({ srt: 'sc' }), 'AuthorizationResourceTypeMismatch'],
  ])('is refused one for %s', async (_name, sas, code) => {
    const requests = await withFiles();
    expect(outcome(await ask(requests, rename(`source?${sas}`, onShare('w'))))).toBe(`403 ${code}`);
  });

  it('moves no directory with the signature of a file', async () => {
    const requests = await withFiles();
    const answer = await ask(requests, rename(`d?${onFile('d', 'r')}`, onShare('w'), directory));
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
  });

  it('needs a token that may write on either side', async () => {
    const contributor = 'Storage File Data Privileged Contributor' as const;
    const requests = await withFiles(
      { principal: '*', role: contributor, share: 'share', path: 'd' },
      { principal: '*', role: contributor, share: 'share', path: 'renamed' },
      { principal: '*', role: 'Storage File Data Privileged Reader' },
    );
    expect(outcome(await askAs(requests, rename('source', '')))).toBe('403 AuthorizationPermissionMismatch');
    expect((await askAs(requests, rename('d/source', ''))).status).toBe(200);
  });

  it('goes by the path as it is written, also with a dot at its end', async () => {
    const requests = await withFiles();
    expect((await ask(requests, rename(`source.?${onFile('source.', 'r')}`, onShare('w')))).status).toBe(200);
    const other = await ask(requests, rename(`target.?${onFile('target', 'r')}`, onShare('w')));
    expect(outcome(other)).toBe('403 AuthenticationFailed');
  });
});
