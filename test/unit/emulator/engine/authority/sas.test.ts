import { describe, expect, it } from 'vitest';
import { checkSasFields } from '../../../../../src/emulator/engine/authority/sas-fields.js';
import { ShareRequests } from '../../../../support/share-requests.js';
import {
  account,
  accountSas,
  type Fields,
  hmac,
  key,
  query,
  type SignedResource,
  serviceSas,
} from '../../../../support/signatures.js';
import { ask, askAs, detail, outcome } from '../../../../support/unsigned-requests.js';

async function withFile(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  await requests.createDirectory('d');
  await requests.createFile('d/f', 8, { 'x-ms-content-type': 'text/plain' });
  return requests;
}

const file: SignedResource = { share: 'share', file: 'd/f' };
const share: SignedResource = { share: 'share' };
const get = (sas: string, target = '/share/d/f') => ({ method: 'GET', target: `${target}?${sas}` });

describe('signatures that others computed', () => {
  /** Made by the official client and, once more, by hand; account devstoreaccount1. */
  const vectors = {
    'an account SAS': [
      '/s1/f',
      'sv=2026-04-06&ss=f&srt=sco&se=2026-03-09T10%3A20%3A30Z&sp=rwdlc&sig=8TDiPKLnxeutK9GiJYbBCxYllyaonSo43Xx1I1XkYMM%3D',
    ],
    'an account SAS of an old version': [
      '/s1/f',
      'sv=2019-12-12&ss=bf&srt=sco&se=2026-03-09T10%3A20%3A30Z&sp=rwdlac&sig=VN2KiRrYutJ74jpyX0wCG7Z3W6AGrW1dUNXTbfJJo5U%3D',
    ],
    'a SAS of a share': [
      '/s1/f',
      'sv=2026-04-06&se=2026-03-09T10%3A20%3A30Z&sr=s&sp=rcwdl&sig=twr%2FugMeZgI5KrACs08aIpO4U0MIdbeeW4psEUnXlr4%3D',
    ],
    'a SAS of a file with all limits': [
      '/s1/dir/f%20%C3%BC.txt',
      'sv=2018-11-09&spr=https&st=2026-03-01T00%3A00%3A00Z&se=2026-03-09T10%3A20%3A30Z&sip=10.0.0.1-10.0.0.9&sr=f&sp=rw&sig=L94%2BDkFHjFPMw8ZZ%2BpCdMD8j3QuEZtun8t2JahUBZYM%3D&rscc=no-cache',
    ],
  } as const;
  const peer = { address: '10.0.0.5', scheme: 'https' } as const;

  it.each(Object.entries(vectors))('accepts %s', async (_name, [target, sas]) => {
    const requests = new ShareRequests();
    const answer = await ask(requests, get(sas, target), { peer });
    // Let in, and nothing there.
    expect(outcome(answer)).toBe('404 ShareNotFound');
  });

  it.each(Object.entries(vectors))(
    'refuses %s once its signature is another one',
    async (_name, [target, sas]) => {
      const requests = new ShareRequests();
      const other = sas.replace(/sig=(.)/, (_, first) => `sig=${first === 'A' ? 'B' : 'A'}`);
      const answer = await ask(requests, get(other, target), { peer });
      expect(outcome(answer)).toBe('403 AuthenticationFailed');
      expect(detail(answer)).toContain('Signature did not match. String to sign used was ');
    },
  );

  it('accepts one that names a stored policy alone', async () => {
    const requests = new ShareRequests();
    // Its name is too short for a client to make it.
    requests.engine.createShares(account, ['s1']);
    const policy =
      '<SignedIdentifiers><SignedIdentifier><Id>pol-1</Id><AccessPolicy><Expiry>2026-04-01</Expiry><Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>';
    await requests.put('/s1?restype=share&comp=acl', {}, policy);
    const sas = 'sv=2026-04-06&si=pol-1&sr=f&sig=UB72lJteiMVjjY1zVFAkZ5aTseCaxvlWcZmi37vsbVo%3D';
    expect(outcome(await ask(requests, get(sas, '/s1/f')))).toBe('404 ResourceNotFound');
  });
});

describe('every version', () => {
  it.each(['2015-02-21', '2015-04-05', '2018-11-09', '2020-10-02', '2020-12-06', '2023-11-03', '2026-04-06'])(
    'of a service SAS has its own text: %s',
    async (sv) => {
      const requests = await withFile();
      for (const resource of [file, share]) {
        const sas = serviceSas(resource, { sv, sp: 'r', rsct: 'text/html' });
        expect((await ask(requests, get(sas))).status).toBe(200);
      }
    },
  );

  it.each(['2015-04-05', '2020-10-02', '2020-12-06', '2026-04-06'])(
    'of an account SAS has its own text: %s',
    async (sv) => {
      const requests = await withFile();
      expect((await ask(requests, get(accountSas({ sv })))).status).toBe(200);
    },
  );

  it('before there were any for Azure Files is refused', async () => {
    const requests = await withFile();
    for (const sas of [
      serviceSas(share, { sv: '2014-02-14', sp: 'r' }),
      accountSas({ sv: '2015-02-21', sp: 'r' }),
    ]) {
      const answer = await ask(requests, get(sas));
      expect(outcome(answer)).toBe('403 AuthenticationFailed');
      expect(detail(answer)).toMatch(/^sv is not supported by signatures of version/);
    }
  });

  it('refuses fields that came later than itself, as nothing would sign them', async () => {
    const requests = await withFile();
    for (const sas of [
      serviceSas(share, { sv: '2015-02-21', sp: 'r', sip: '10.0.0.1' }),
      serviceSas(share, { sv: '2015-02-21', sp: 'r', spr: 'https' }),
      accountSas({ sv: '2020-10-02', ses: 'scope' }),
    ]) {
      expect(detail(await ask(requests, get(sas)))).toMatch(/^(sip|spr|ses) is not supported by signatures/);
    }
  });

  it('signs the encryption scope of an account SAS since there are some', async () => {
    const requests = await withFile();
    const sas = accountSas({ sv: '2020-12-06', ses: 'scope' });
    expect((await ask(requests, get(sas))).status).toBe(200);
    expect(detail(await ask(requests, get(sas.replace('scope', 'other'))))).toContain(
      'Signature did not match',
    );
  });

  it('stands in for the header of the protocol, which wins where there is one', async () => {
    const requests = await withFile();
    const sas = accountSas({ sv: '2020-12-06' });
    const seen = await ask(requests, { ...get(sas), version: '' });
    expect([seen.status, seen.headers.get('x-ms-version')]).toEqual([200, '2020-12-06']);
    const named = await ask(requests, { ...get(`${sas}&api-version=2023-11-03`), version: '' });
    expect(named.headers.get('x-ms-version')).toBe('2023-11-03');
    const header = await ask(requests, { ...get(sas), version: '2024-11-04' });
    expect(header.headers.get('x-ms-version')).toBe('2024-11-04');
    const unknown = await ask(requests, { ...get(`${sas}&api-version=new`), version: '' });
    expect(outcome(unknown)).toBe('400');
    expect(unknown.text).toContain('<HeaderValue>new</HeaderValue>');
  });
});

describe('a field of a signature', () => {
  const kinds = {
    account: (fields: Fields) => accountSas({ sp: 'r', ...fields }),
    share: (fields: Fields) => serviceSas(share, { sp: 'r', ...fields }),
    file: (fields: Fields) => serviceSas(file, { sp: 'r', ...fields }),
  } as const;
  const without = (sas: string, name: string) =>
    sas.replace(new RegExp(`(^|&)${name}=[^&]*`), '').replace(/^&/, '');

  it.each([
    ...['sv', 'ss', 'srt', 'se', 'sp', 'sig'].map((name) => ['account', name] as const),
    ...['sv', 'sr', 'se', 'sp', 'sig'].map((name) => ['share', name] as const),
  ])('of %s is mandatory: %s', async (kind, name) => {
    const requests = await withFile();
    const answer = await ask(requests, get(without(kinds[kind]({}), name)));
    if (name === 'sig') {
      expect(outcome(answer)).toBe('401 NoAuthenticationInformation');
      return;
    }
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
    // Without `se` or `sp`, a service SAS has to name a policy, and its text is another one.
    expect(detail(answer)).toMatch(
      kind === 'share' && /^s[ep]$/.test(name)
        ? /^Signature did not match/
        : `${name} is mandatory. Cannot be empty`,
    );
  });

  it.each([
    ['account', 'ss', 'x'],
    ['account', 'ss', 'ff'],
    ['account', 'srt', 'scox'],
    ['account', 'sp', 'rz'],
    ['account', 'sp', 'rr'],
    ['account', 'spr', 'http'],
    ['account', 'sip', 'localhost'],
    ['account', 'sip', '10.0.0.9-10.0.0.1'],
    ['account', 'sip', '10.0.0.256'],
    ['account', 'sip', '10.0.0.1-10.0.0.2-10.0.0.3'],
    ['account', 'se', 'tomorrow'],
    ['account', 'st', '2026-02-30'],
    ['account', 'sv', 'latest'],
    ['share', 'sp', 'wr'],
    ['share', 'sp', 'rr'],
    ['share', 'sp', 'ra'],
    ['file', 'sp', 'rl'],
    ['share', 'spr', 'https,ftp'],
    ['share', 'si', 'a'.repeat(65)],
  ] as const)('of a SAS for the %s may not be %s=%s, though it is signed', async (kind, name, value) => {
    const requests = await withFile();
    const answer = await ask(requests, get(kinds[kind]({ [name]: value })));
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
    expect(detail(answer)).toBe('Signature fields not well formed.');
  });

  it('may not be empty', async () => {
    const requests = await withFile();
    for (const name of ['st', 'sip', 'spr', 'rscc', 'si']) {
      const answer = await ask(requests, get(kinds.share({ [name]: '' })));
      expect(detail(answer)).toBe(`${name} is optional but cannot be empty`);
    }
  });

  it.each([
    ['account', 'si'],
    ['account', 'rscd'],
    ['account', 'skdutid'],
    ['share', 'ses'],
    ['share', 'sdd'],
    ['share', 'srh'],
    ['share', 'srq'],
    ['file', 'saoid'],
    ['file', 'scid'],
    ['file', 'sduoid'],
    ['file', 'epk'],
  ] as const)('of a SAS for the %s is refused where nothing signs it: %s', async (kind, name) => {
    const requests = await withFile();
    const answer = await ask(requests, get(`${kinds[kind]({})}&${name}=1`));
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
    expect(detail(answer)).toBe(`${name} is not covered by the signature of this kind of SAS`);
  });

  it('of another name is none of the signature', async () => {
    const requests = await withFile();
    expect((await ask(requests, get(`${kinds.file({})}&timeout=30&anything=1`))).status).toBe(200);
  });

  it.each(['account', 'share', 'file'] as const)('of a SAS for the %s cannot be changed', async (kind) => {
    const requests = await withFile();
    const fields = {
      st: '2026-03-01',
      se: '2026-03-03',
      sip: '127.0.0.1',
      spr: 'https,http',
      sp: 'r',
      sv: '2024-11-04',
      ...(kind === 'account'
        ? { ss: 'bf', srt: 'sco' }
        : { rscc: 'a', rscd: 'b', rsce: 'c', rscl: 'd', rsct: 'e' }),
    };
    const others: Fields = {
      st: '2026-03-02',
      se: '2026-03-04',
      sip: '127.0.0.1-127.0.0.2',
      spr: 'https',
      sp: 'rw',
      sv: '2025-01-05',
      ss: 'f',
      srt: 'co',
      sr: kind === 'share' ? 'f' : 's',
    };
    expect((await ask(requests, get(kinds[kind](fields)))).status).toBe(200);
    const original = new URLSearchParams(kinds[kind](fields));
    for (const name of original.keys()) {
      if (name === 'sig') continue;
      const changed = new URLSearchParams(original);
      changed.set(name, others[name] ?? 'other');
      const answer = await ask(requests, get(query(Object.fromEntries(changed))));
      expect([name, outcome(answer)]).toEqual([name, '403 AuthenticationFailed']);
      expect(detail(answer)).toContain('Signature did not match');
    }
  });

  it('may be added to the ones that were signed only to be refused', async () => {
    const requests = await withFile();
    for (const extra of ['st=2020-01-01', 'sip=127.0.0.1', 'spr=https,http', 'rsct=text/html', 'si=any']) {
      const answer = await ask(requests, get(`${kinds.share({})}&${extra}`));
      expect([extra, outcome(answer)]).toEqual([extra, '403 AuthenticationFailed']);
    }
  });

  it('counts as it was given first', async () => {
    const requests = await withFile();
    const sas = kinds.share({});
    const answer = await ask(requests, { method: 'DELETE', target: `/share/d/f?${sas}&sp=rwd` });
    expect(outcome(answer)).toBe('403 AuthorizationPermissionMismatch');
  });
});

describe('what a signature is for', () => {
  it.each([
    ['another share', serviceSas({ share: 'other' }, { sp: 'r' })],
    ['another file', serviceSas({ share: 'share', file: 'd/g' }, { sp: 'r' })],
    ['the directory of the file', serviceSas({ share: 'share', file: 'd' }, { sp: 'r' })],
    ['a name in other case', serviceSas({ share: 'share', file: 'D/F' }, { sp: 'r' })],
    ['another account', serviceSas({ ...file, account: 'otheraccount' }, { sp: 'r' })],
    ['the account under another name', accountSas({}, { account: 'otheraccount' })],
  ])('%s does not fit', async (_name, sas) => {
    const requests = await withFile();
    const answer = await ask(requests, get(sas));
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
    expect(detail(answer)).toContain('Signature did not match');
  });

  it('is one account, though both have the same key', async () => {
    const requests = new ShareRequests('2026-04-06', [account, 'second']);
    const answer = await ask(requests, { ...get(accountSas({})), account: 'second' });
    expect(detail(answer)).toContain('String to sign used was second\n');
    const own = await ask(requests, { ...get(accountSas({}, { account: 'second' })), account: 'second' });
    expect(outcome(own)).toBe('404 ShareNotFound');
  });

  it.each([
    ['a SAS of a share', serviceSas(share, { sp: 'rcwdl' })],
    ['a SAS of a file', serviceSas(file, { sp: 'rcwd' })],
    ['a SAS of a blob', serviceSas(file, { sp: 'r', sr: 'b' })],
  ])('never is the service itself: %s', async (_name, sas) => {
    const requests = await withFile();
    const answer = await ask(requests, { method: 'GET', target: `/?comp=list&${sas}` });
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
    expect(detail(answer)).toBe('The specified signed resource is not allowed for this resource level');
  });

  it.each([
    ['GET', '/share/d/f?restype=directory&comp=list'],
    ['GET', '/share/d/f?restype=directory'],
    ['PUT', '/share/d/f?restype=directory'],
    ['DELETE', '/share?restype=share'],
  ])('is a file and nothing else with that name: %s %s', async (method, target) => {
    const requests = await withFile();
    const answer = await ask(requests, { method, target: `${target}&${serviceSas(file, { sp: 'rcwd' })}` });
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
    expect(detail(answer)).toBe('The specified signed resource is not allowed for this resource level');
  });

  it('is signed with either key of the account', async () => {
    const requests = await withFile();
    const other = Buffer.alloc(64, 2).toString('base64');
    const answer = await ask(requests, get(serviceSas({ ...file, key: other }, { sp: 'r' })));
    expect(detail(answer)).toContain('Signature did not match');
    expect(detail(answer)).not.toContain(key);
  });

  it('is the path as the request writes it, decoded', async () => {
    const requests = await withFile();
    await requests.createFile('d/%C3%BC%20%25');
    const sas = serviceSas({ share: 'share', file: 'd/ü %' }, { sp: 'r' });
    expect((await ask(requests, get(sas, '/share/d/%c3%bc%20%25'))).status).toBe(200);
  });
});

describe('the time of a signature', () => {
  /** The tests' clock begins at 2026-03-02T03:04:05Z. */
  const at = (fields: Fields) => get(serviceSas(file, { sp: 'r', ...fields }));

  it.each([
    ['', '2026-03-02T03:04:06Z', 'holds'],
    ['', '2026-03-03', 'holds'],
    ['2026-03-02', '2026-03-02T03:05Z', 'holds'],
    ['2026-03-02T03:04:05Z', '2026-03-02T03:04:05.0000001Z', 'over'],
    ['2026-03-02T03:04:05.0000000Z', '2026-03-02T03:04:05.5000000Z', 'holds'],
    ['', '2026-03-02T03:04:05Z', 'over'],
    ['2026-03-01', '2026-03-02T03:04:05Z', 'outside'],
    ['2026-03-02T03:04:06Z', '2026-03-03', 'outside'],
    ['2026-03-04', '2026-03-03', 'over'],
  ])('from %s to %s %s now', async (st, se, expected) => {
    const requests = await withFile();
    const answer = await ask(requests, at(st === '' ? { se } : { st, se }));
    if (expected === 'holds') expect(answer.status).toBe(200);
    else {
      expect(outcome(answer)).toBe('403 AuthenticationFailed');
      expect(detail(answer)).toMatch(
        expected === 'over'
          ? /^Signed expiry time \[.* GMT\] must be after signed start time \[.* GMT\]$/
          : /^Signature not valid in the specified time frame: Start \[.* GMT\] - Expiry \[.* GMT\] - Current \[Mon, 02 Mar 2026 03:04:05 GMT\]$/,
      );
    }
  });

  it('is that of the emulator', async () => {
    const requests = await withFile();
    const sent = at({ st: '2026-03-02T03:05Z', se: '2026-03-02T03:06Z' });
    expect(outcome(await ask(requests, sent))).toBe('403 AuthenticationFailed');
    await requests.clock.advance(60_000);
    expect((await ask(requests, sent)).status).toBe(200);
    await requests.clock.advance(60_000);
    expect(outcome(await ask(requests, sent))).toBe('403 AuthenticationFailed');
  });
});

describe('the limits of a signature', () => {
  it.each([
    ['10.0.0.5', '10.0.0.5', true],
    ['10.0.0.5', '10.0.0.6', false],
    ['10.0.0.5-10.0.1.2', '10.0.0.5', true],
    ['10.0.0.5-10.0.1.2', '10.0.0.255', true],
    ['10.0.0.5-10.0.1.2', '10.0.1.2', true],
    ['10.0.0.5-10.0.1.2', '10.0.1.3', false],
    ['10.0.0.5-10.0.1.2', '9.255.255.255', false],
    ['0.0.0.0-255.255.255.255', '::1', false],
  ])('addresses %s let %s in: %s', async (sip, address, allowed) => {
    const requests = await withFile();
    const sent = get(serviceSas(file, { sp: 'r', sip }));
    const answer = await ask(requests, sent, { peer: { address, scheme: 'http' } });
    if (allowed) expect(answer.status).toBe(200);
    else {
      expect(outcome(answer)).toBe('403 AuthorizationSourceIPMismatch');
      expect(answer.text).toContain(
        `This request is not authorized to perform this operation using this source IP ${address}.`,
      );
      expect(answer.text).toContain(`<SourceIP>${address}</SourceIP>`);
    }
  });

  it('keeps what is for HTTPS from going in the clear', async () => {
    const requests = await withFile();
    for (const sas of [accountSas({ spr: 'https' }), serviceSas(file, { sp: 'r', spr: 'https' })]) {
      const clear = await ask(requests, get(sas), { peer: { address: '127.0.0.1', scheme: 'http' } });
      expect(outcome(clear)).toBe('403 AuthorizationProtocolMismatch');
      expect(clear.text).toContain(
        'This request is not authorized to perform this operation using this protocol.',
      );
      const safe = await ask(requests, get(sas), { peer: { address: '127.0.0.1', scheme: 'https' } });
      expect(safe.status).toBe(200);
    }
  });

  it('lets both protocols pass by default, and when it says so', async () => {
    const requests = await withFile();
    for (const fields of [{ sp: 'r' }, { sp: 'r', spr: 'https,http' }])
      expect((await ask(requests, get(serviceSas(file, fields)))).status).toBe(200);
  });
});

describe('the order of refusals', () => {
  it.each([
    ['form before signature', { sip: 'nowhere', sig: 'AAAA' }, 'AuthenticationFailed'],
    ['signature before time', { se: '2020-01-01', sip: '10.0.0.1', sig: 'AAAA' }, 'AuthenticationFailed'],
    ['time before address', { se: '2020-01-01', sip: '10.0.0.1' }, 'AuthenticationFailed'],
    ['address before protocol', { sip: '10.0.0.1', spr: 'https' }, 'AuthorizationSourceIPMismatch'],
    ['protocol before service', { spr: 'https', ss: 'b' }, 'AuthorizationProtocolMismatch'],
    ['service before resource type', { ss: 'b', srt: 's' }, 'AuthorizationServiceMismatch'],
    ['resource type before permission', { srt: 's', sp: 'l' }, 'AuthorizationResourceTypeMismatch'],
    ['permission before existence', { sp: 'l' }, 'AuthorizationPermissionMismatch'],
  ])('is %s', async (_name, fields, code) => {
    const requests = new ShareRequests();
    const { sig, ...rest } = fields as Fields;
    const sas = accountSas(rest).replace(/sig=.*/, (own) => (sig === undefined ? own : `sig=${sig}`));
    expect(outcome(await ask(requests, get(sas)))).toBe(`403 ${code}`);
  });
});

describe('a stored access policy', () => {
  const policy = (id: string, fields: string) =>
    `<SignedIdentifier><Id>${id}</Id><AccessPolicy>${fields}</AccessPolicy></SignedIdentifier>`;
  const full = '<Start>2026-03-01</Start><Expiry>2026-04-01</Expiry><Permission>r</Permission>';
  const named = (si: string, fields: Fields = {}) =>
    serviceSas(file, { si, ...fields }, 'se' in fields ? [] : ['se']);

  async function withPolicies(...policies: readonly string[]): Promise<ShareRequests> {
    const requests = await withFile();
    await setPolicies(requests, ...policies);
    return requests;
  }

  async function setPolicies(requests: ShareRequests, ...policies: readonly string[]): Promise<void> {
    const body = `<SignedIdentifiers>${policies.join('')}</SignedIdentifiers>`;
    expect((await requests.put('/share?restype=share&comp=acl', {}, body)).status).toBe(200);
  }

  it('gives a signature what it does not say itself', async () => {
    const requests = await withPolicies(policy('all', full), policy('end', '<Expiry>2026-04-01</Expiry>'));
    expect((await ask(requests, get(named('all')))).status).toBe(200);
    expect((await ask(requests, get(serviceSas(share, { si: 'all' }, ['se'])))).status).toBe(200);
    expect((await ask(requests, get(named('end', { sp: 'r' })))).status).toBe(200);
    const writing = { method: 'PUT', target: `/share/d/f?comp=metadata&${named('all')}` };
    expect(outcome(await ask(requests, writing))).toBe('403 AuthorizationPermissionMismatch');
  });

  it.each([
    ['sp', 'r'],
    ['se', '2026-03-05'],
    ['st', '2026-03-01'],
  ])('may not say what the signature says: %s', async (name, value) => {
    const requests = await withPolicies(policy('all', full));
    const answer = await ask(requests, get(named('all', { [name]: value })));
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
    expect(detail(answer)).toBe(
      'Access policy fields can be associated with signature or SAS identifier but not both',
    );
  });

  it.each([
    ['se', '<Permission>r</Permission>'],
    ['sp', '<Expiry>2026-04-01</Expiry>'],
  ])('leaves nothing open: %s must be somewhere', async (name, fields) => {
    const requests = await withPolicies(policy('some', fields));
    expect(detail(await ask(requests, get(named('some'))))).toBe(`${name} is mandatory. Cannot be empty`);
  });

  it('must be there', async () => {
    const requests = await withPolicies(policy('all', full));
    for (const target of ['/share/d/f', '/missing/d/f']) {
      const resource = { share: target.split('/')[1] ?? '', file: 'd/f' };
      const answer = await ask(requests, get(serviceSas(resource, { si: 'other' }, ['se']), target));
      expect(outcome(answer)).toBe('403 AuthenticationFailed');
      expect(detail(answer)).toBe('SAS identifier cannot be found for specified signed identifier');
    }
  });

  it('that is taken away, renamed or ended takes every signature with it', async () => {
    const requests = await withPolicies(policy('all', full));
    const sent = get(named('all'));
    expect((await ask(requests, sent)).status).toBe(200);
    await setPolicies(requests, policy('renamed', full));
    expect(detail(await ask(requests, sent))).toContain('SAS identifier cannot be found');
    await setPolicies(requests, policy('all', full.replace('2026-04-01', '2026-03-02T03:00Z')));
    expect(detail(await ask(requests, sent))).toContain('not valid in the specified time frame');
    await setPolicies(requests, policy('all', full));
    expect((await ask(requests, sent)).status).toBe(200);
    await requests.put('/share?restype=share&comp=acl');
    expect(outcome(await ask(requests, sent))).toBe('403 AuthenticationFailed');
  });

  it('changes what its signatures may do', async () => {
    const requests = await withPolicies(policy('all', full));
    const sent = { method: 'DELETE', target: `/share/d/f?${named('all')}` };
    expect(outcome(await ask(requests, sent))).toBe('403 AuthorizationPermissionMismatch');
    await setPolicies(requests, policy('all', full.replace('>r<', '>rd<')));
    expect((await ask(requests, sent)).status).toBe(202);
  });
});

describe('headers that a signature sets', () => {
  const overrides = {
    rscc: 'no-cache',
    rscd: 'attachment; filename="ä.txt"',
    rsce: 'gzip',
    rscl: 'de',
    rsct: 'text/html',
  };
  const names = [
    'Cache-Control',
    'Content-Disposition',
    'Content-Encoding',
    'Content-Language',
    'Content-Type',
  ];

  it.each(['GET', 'HEAD'])('stand in the answer to %s, instead of those of the file', async (method) => {
    const requests = await withFile();
    for (const resource of [file, share]) {
      const sas = serviceSas(resource, { sp: 'r', ...overrides });
      const { headers } = await ask(requests, { method, target: `/share/d/f?${sas}` });
      expect(names.map((name) => headers.get(name))).toEqual(Object.values(overrides));
    }
    expect((await requests.head('/share/d/f')).headers.get('Content-Type')).toBe('text/plain');
  });

  it('stand in no other answer', async () => {
    const requests = await withFile();
    const sas = serviceSas(file, { sp: 'r', ...overrides });
    const { headers } = await ask(requests, get(`${sas}&comp=metadata`));
    expect(names.map((name) => headers.get(name))).toEqual(names.map(() => undefined));
    const refused = await ask(requests, get(`${sas}&comp=rangelist`, '/share/d/f'));
    expect(refused.headers.get('Content-Type')).toBe('application/xml');
  });

  it.each(['a\r\nSet-Cookie: b', 'a\u0000', '€'])('cannot be %j, which no header can carry', async (rscd) => {
    const requests = await withFile();
    const answer = await ask(requests, get(serviceSas(file, { sp: 'r', rscd })));
    expect(outcome(answer)).toBe('400 InvalidQueryParameterValue');
  });
});

describe('a signature beside other credentials', () => {
  it('is not looked at when the request is signed with a key', async () => {
    const requests = await withFile();
    const target = `/share/d/f?${serviceSas(share, { sp: 'w', se: '2020-01-01' })}`;
    expect((await requests.get(target)).status).toBe(200);
  });

  it('is not looked at when there is a token, unless it was delegated to its user', async () => {
    const requests = await withFile();
    const target = `/share/d/f?${serviceSas(share, { sp: 'w', se: '2020-01-01' })}`;
    expect((await askAs(requests, { method: 'GET', target })).status).toBe(200);
  });

  it('does not help a header that is none', async () => {
    const requests = await withFile();
    const answer = await ask(requests, get(accountSas({})), { authorization: 'Basic abc' });
    expect(outcome(answer)).toBe('400 InvalidAuthenticationInfo');
  });

  it('may be written with other escapes, and its name in other case', async () => {
    const requests = await withFile();
    const sas = serviceSas(file, { sp: 'r' })
      .replace(/%3A/g, ':')
      .replace('sig=', 'SIG=')
      .replace(/%2B/g, '%2b');
    expect((await ask(requests, get(sas))).status).toBe(200);
  });

  it('is signed as text, whatever characters stand in it', async () => {
    const requests = await withFile();
    const text = [
      'r',
      '',
      '2030-01-01T00:00:00Z',
      '/file/devstoreaccount1/share/d/f',
      '',
      '',
      '',
      '2024-11-04',
      '',
      'ä\t+',
      '',
      '',
      '',
    ].join('\n');
    const fields = {
      sv: '2024-11-04',
      se: '2030-01-01T00:00:00Z',
      sr: 'f',
      sp: 'r',
      rscd: 'ä\t+',
      sig: hmac(key, text),
    };
    expect((await ask(requests, get(query(fields)))).headers.get('Content-Disposition')).toBe('ä\t+');
  });
});

describe('letters without end', () => {
  /** All of them different, and none a letter of a signature: looking for one that is there twice must not take long. */
  const letters = Array.from({ length: 50_000 }, (_, index) => String.fromCharCode(0x100 + index)).join('');
  const fields = { sv: '2024-11-04', ss: 'f', srt: 'o', sp: 'r', se: '2030-01-01', sig: 'c2ln' };

  it.each(['ss', 'srt', 'sp'])('in %s are refused at once', { timeout: 2_000 }, (name) => {
    const query = new Map(Object.entries({ ...fields, [name]: letters }));
    expect(() => checkSasFields(query)).toThrow(expect.objectContaining({ code: 'AuthenticationFailed' }));
  });
});
