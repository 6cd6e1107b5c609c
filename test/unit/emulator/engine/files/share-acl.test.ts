import { describe, expect, it } from 'vitest';
import { ShareRequests } from '../../../../support/share-requests.js';

const acl = '/share?restype=share&comp=acl';

async function shareRequests(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  return requests;
}

const policy = (id: string, inner = '') => `<SignedIdentifier><Id>${id}</Id>${inner}</SignedIdentifier>`;
const document = (...policies: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?><SignedIdentifiers>${policies.join('')}</SignedIdentifiers>`;

async function shown(requests: ShareRequests): Promise<string> {
  return (await requests.get(acl)).text.replace('\ufeff<?xml version="1.0" encoding="utf-8"?>', '');
}

describe('Get and Set Share ACL', () => {
  it('begins without policies', async () => {
    expect(await shown(await shareRequests())).toBe('<SignedIdentifiers />');
  });

  it('gives policies back with times of seven decimals', async () => {
    const requests = await shareRequests();
    const set = await requests.put(
      acl,
      {},
      document(
        policy(
          'one',
          '<AccessPolicy><Start>2020-09-11T00:44:43Z</Start><Expiry>2021-01-02T03:04:05.67Z</Expiry><Permission>rcwdl</Permission></AccessPolicy>',
        ),
      ),
    );
    expect(set.status).toBe(200);
    const get = await requests.get(acl);
    expect(get.headers.get('ETag')).toBe(set.headers.get('ETag'));
    expect(await shown(requests)).toBe(
      '<SignedIdentifiers><SignedIdentifier><Id>one</Id><AccessPolicy><Start>2020-09-11T00:44:43.0000000Z</Start>' +
        '<Expiry>2021-01-02T03:04:05.6700000Z</Expiry><Permission>rcwdl</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>',
    );
  });

  it.each([
    ['an empty policy', '<AccessPolicy />'],
    ['a policy of empty fields', '<AccessPolicy><Start /><Expiry /><Permission /></AccessPolicy>'],
    ['no policy', ''],
  ])('keeps the name alone of %s', async (_case, inner) => {
    const requests = await shareRequests();
    await requests.put(acl, {}, document(policy('empty', inner)));
    expect(await shown(requests)).toBe(
      '<SignedIdentifiers><SignedIdentifier><Id>empty</Id></SignedIdentifier></SignedIdentifiers>',
    );
  });

  it('takes a start after the end, and single fields', async () => {
    const requests = await shareRequests();
    const set = await requests.put(
      acl,
      {},
      document(
        policy('a', '<AccessPolicy><Start>2021-01-01</Start><Expiry>2020-01-01</Expiry></AccessPolicy>'),
        policy('b', '<AccessPolicy><Permission>r</Permission></AccessPolicy>'),
      ),
    );
    expect(set.status).toBe(200);
    expect(await shown(requests)).toContain('<Start>2021-01-01T00:00:00.0000000Z</Start>');
  });

  it.each([
    ['an empty list', document()],
    ['an empty body', ''],
  ])('is cleared by %s', async (_case, body) => {
    const requests = await shareRequests();
    await requests.put(acl, {}, document(policy('a')));
    expect((await requests.put(acl, {}, body)).status).toBe(200);
    expect(await shown(requests)).toBe('<SignedIdentifiers />');
  });

  it('takes five policies and an id of 64 characters, escaped as XML has it', async () => {
    const requests = await shareRequests();
    const ids = ['a'.repeat(64), '&lt;b&gt;', '&#xe9;', 'd', 'e'];
    expect((await requests.put(acl, {}, document(...ids.map((id) => policy(id))))).status).toBe(200);
    expect(await shown(requests)).toContain('<Id>&lt;b&gt;</Id>');
    expect(await shown(requests)).toContain('<Id>é</Id>');
  });

  const refused: [name: string, body: string, code: string][] = [
    ['six policies', document(...'abcdef'.split('').map((id) => policy(id))), 'InvalidXmlDocument'],
    ['an id of 65 characters', document(policy('a'.repeat(65))), 'InvalidXmlDocument'],
    ['an empty id', document(policy('')), 'InvalidXmlDocument'],
    ['an id that is there twice', document(policy('a'), policy('a')), 'InvalidXmlDocument'],
    ['a missing id', document('<SignedIdentifier></SignedIdentifier>'), 'MissingRequiredXmlNode'],
    ['another root', '<Policies />', 'InvalidXmlDocument'],
    ['another element', document('<Policy />'), 'InvalidXmlDocument'],
    ['text between elements', document('text'), 'InvalidXmlDocument'],
    [
      'an unknown field',
      document(policy('a', '<AccessPolicy><Who>me</Who></AccessPolicy>')),
      'UnsupportedXmlNode',
    ],
    [
      'a field that is there twice',
      document(
        policy('a', '<AccessPolicy><Permission>r</Permission><Permission>w</Permission></AccessPolicy>'),
      ),
      'InvalidXmlDocument',
    ],
    [
      'an element within a text',
      document(policy('a', '<AccessPolicy><Permission><r /></Permission></AccessPolicy>')),
      'UnsupportedXmlNode',
    ],
    [
      'a time that is none',
      document(policy('a', '<AccessPolicy><Start>tomorrow</Start></AccessPolicy>')),
      'InvalidXmlNodeValue',
    ],
    [
      'an unknown permission',
      document(policy('a', '<AccessPolicy><Permission>rx</Permission></AccessPolicy>')),
      'InvalidXmlNodeValue',
    ],
    [
      'a permission that is there twice',
      document(policy('a', '<AccessPolicy><Permission>rr</Permission></AccessPolicy>')),
      'InvalidXmlNodeValue',
    ],
    ['an open element', '<SignedIdentifiers>', 'InvalidXmlDocument'],
    ['JSON', '{}', 'InvalidXmlDocument'],
    ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><SignedIdentifiers />', 'InvalidXmlDocument'],
    [
      'entities within entities',
      `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>${document(policy('&b;'))}`,
      'InvalidXmlDocument',
    ],
    ['an entity of its own', document(policy('&bomb;')), 'InvalidXmlDocument'],
    ['deep nesting', '<a>'.repeat(1000), 'InvalidXmlDocument'],
  ];
  it.each(refused)('refuses %s and keeps what was there', async (_case, body, code) => {
    const requests = await shareRequests();
    await requests.put(acl, {}, document(policy('before')));
    const answer = await requests.put(acl, {}, body);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(await shown(requests)).toContain('<Id>before</Id>');
  });

  it('refuses bytes that are not UTF-8', async () => {
    const requests = await shareRequests();
    const body = Buffer.concat([
      Buffer.from('<SignedIdentifiers>'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('</SignedIdentifiers>'),
    ]);
    expect((await requests.put(acl, {}, body)).code).toBe('InvalidXmlDocument');
  });

  it('refuses a document that is too long before reading it', async () => {
    const requests = await shareRequests();
    const answer = await requests.put(acl, {}, document('x'.repeat(65_536)));
    expect([answer.status, answer.code]).toEqual([413, 'RequestBodyTooLarge']);
    expect(answer.text).toContain('<MaxLimit>65536</MaxLimit>');
  });

  it('is not there for a snapshot, nor for a share that is not there', async () => {
    const requests = await shareRequests();
    const snapshot = await requests.put('/share?restype=share&comp=snapshot');
    const of = `${acl}&sharesnapshot=${snapshot.headers.get('x-ms-snapshot')}`;
    expect((await requests.get(of)).code).toBe('InvalidQueryParameterValue');
    expect((await requests.get('/other?restype=share&comp=acl')).code).toBe('ShareNotFound');
  });
});
