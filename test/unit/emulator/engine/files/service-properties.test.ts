import { describe, expect, it } from 'vitest';
import { ShareRequests } from '../../../../support/share-requests.js';

const target = '/?restype=service&comp=properties';
const disabled =
  '<Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy>';
const enabled =
  '<Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>true</IncludeAPIs><RetentionPolicy><Enabled>true</Enabled><Days>7</Days></RetentionPolicy>';
const rule = (fields: Record<string, string> = {}) =>
  `<CorsRule>${Object.entries({
    AllowedOrigins: 'https://a.example',
    AllowedMethods: 'GET',
    AllowedHeaders: 'x-ms-*',
    ExposedHeaders: '*',
    MaxAgeInSeconds: '60',
    ...fields,
  })
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</CorsRule>`;
const document = (content: string) =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><StorageServiceProperties>${content}</StorageServiceProperties>`;
const set = (requests: ShareRequests, content: string) => requests.put(target, {}, document(content));

async function shown(requests: ShareRequests): Promise<string> {
  const answer = await requests.get(target);
  expect(answer.status).toBe(200);
  return answer.text.replace('\ufeff<?xml version="1.0" encoding="utf-8"?>', '');
}

describe('File service properties', () => {
  it('begin with metrics off and without CORS rules', async () => {
    expect(await shown(new ShareRequests())).toBe(
      `<StorageServiceProperties><HourMetrics>${disabled}</HourMetrics><MinuteMetrics>${disabled}</MinuteMetrics><Cors />` +
        '<ProtocolSettings><SMB><Multichannel><Enabled>false</Enabled></Multichannel></SMB></ProtocolSettings></StorageServiceProperties>',
    );
  });

  it('have no protocol settings in versions before 2020-02-10', async () => {
    const answer = await new ShareRequests().send({ method: 'GET', target, version: '2018-11-09' });
    expect(answer.text).toContain('<Cors /></StorageServiceProperties>');
  });

  it('come back as they were set, in their own order', async () => {
    const requests = new ShareRequests();
    const answer = await set(
      requests,
      `<ProtocolSettings><SMB><Multichannel><Enabled>false</Enabled></Multichannel></SMB></ProtocolSettings><Cors>${rule()}${rule({ AllowedOrigins: '*' })}</Cors><MinuteMetrics>${disabled}</MinuteMetrics><HourMetrics>${enabled}</HourMetrics>`,
    );
    expect([answer.status, answer.text]).toEqual([202, '']);
    const corsRule = (origin: string) =>
      `<CorsRule><AllowedMethods>GET</AllowedMethods><AllowedOrigins>${origin}</AllowedOrigins><AllowedHeaders>x-ms-*</AllowedHeaders><ExposedHeaders>*</ExposedHeaders><MaxAgeInSeconds>60</MaxAgeInSeconds></CorsRule>`;
    expect(await shown(requests)).toContain(
      `<StorageServiceProperties><HourMetrics>${enabled}</HourMetrics><MinuteMetrics>${disabled}</MinuteMetrics>` +
        `<Cors>${corsRule('https://a.example')}${corsRule('*')}</Cors>`,
    );
  });

  it('keep what a document does not name', async () => {
    const requests = new ShareRequests();
    await set(requests, `<HourMetrics>${enabled}</HourMetrics><Cors>${rule()}</Cors>`);
    await set(requests, `<MinuteMetrics>${enabled}</MinuteMetrics>`);
    const text = await shown(requests);
    expect(text.split(enabled)).toHaveLength(3);
    expect(text).toContain('<CorsRule>');
    await set(requests, '<Cors />');
    expect(await shown(requests)).toContain(`<HourMetrics>${enabled}</HourMetrics>`);
    expect(await shown(requests)).toContain('<Cors />');
  });

  it('tell of encryption in transit once it was set, in versions that know it', async () => {
    const requests = new ShareRequests();
    const encryption = '<EncryptionInTransit><Required>true</Required></EncryptionInTransit>';
    await set(
      requests,
      `<ProtocolSettings><SMB>${encryption}</SMB><NFS>${encryption}</NFS></ProtocolSettings>`,
    );
    expect(await shown(requests)).toContain(
      `<SMB><Multichannel><Enabled>false</Enabled></Multichannel>${encryption}</SMB><NFS>${encryption}</NFS>`,
    );
    const older = await requests.send({ method: 'GET', target, version: '2025-05-05' });
    expect(older.text).not.toContain('Encryption');
  });

  it('belong to one account', async () => {
    const requests = new ShareRequests(undefined, ['devstoreaccount1', 'other']);
    await set(requests, `<Cors>${rule()}</Cors>`);
    const other = await requests.send({ method: 'GET', target, account: 'other' });
    expect(other.text).toContain('<Cors />');
  });

  const metrics = (content: string) => `<HourMetrics>${content}</HourMetrics>`;
  const cors = (...rules: string[]) => `<Cors>${rules.join('')}</Cors>`;
  const refused: [name: string, content: string, code: string, node?: string][] = [
    ['unknown settings', '<Logging />', 'UnsupportedXmlNode', 'Logging'],
    ['settings twice', `<Cors /><Cors />`, 'InvalidXmlDocument'],
    ['text', 'text', 'InvalidXmlDocument'],
    ['metrics without a version', metrics('<Enabled>false</Enabled>'), 'MissingRequiredXmlNode', 'Version'],
    ['metrics of another version', metrics(disabled.replace('1.0', '2.0')), 'InvalidXmlNodeValue', 'Version'],
    [
      'metrics without a policy',
      metrics('<Version>1.0</Version><Enabled>false</Enabled>'),
      'MissingRequiredXmlNode',
      'RetentionPolicy',
    ],
    [
      'enabled metrics without IncludeAPIs',
      metrics(enabled.replace(/<IncludeAPIs>.*<\/IncludeAPIs>/, '')),
      'MissingRequiredXmlNode',
      'IncludeAPIs',
    ],
    [
      'disabled metrics with IncludeAPIs',
      metrics(enabled.replace('<Enabled>true', '<Enabled>false')),
      'InvalidXmlDocument',
    ],
    [
      'enabled that is no truth value',
      metrics(disabled.replace('false', 'maybe')),
      'InvalidXmlNodeValue',
      'Enabled',
    ],
    [
      'a policy without days',
      metrics(enabled.replace('<Days>7</Days>', '')),
      'MissingRequiredXmlNode',
      'Days',
    ],
    ['a policy of no day', metrics(enabled.replace('>7<', '>0<')), 'InvalidXmlNodeValue', 'Days'],
    ['a policy of 366 days', metrics(enabled.replace('>7<', '>366<')), 'InvalidXmlNodeValue', 'Days'],
    [
      'a disabled policy with days',
      metrics(disabled.replace('</Enabled></Ret', '</Enabled><Days>7</Days></Ret')),
      'InvalidXmlDocument',
    ],
    ['six CORS rules', cors(...Array<string>(6).fill(rule())), 'InvalidXmlDocument'],
    ['another element than a rule', cors('<Rule />'), 'InvalidXmlDocument'],
    ['a rule without origins', cors(rule({ AllowedOrigins: '' })), 'InvalidXmlNodeValue', 'AllowedOrigins'],
    ['a rule without methods', cors(rule({ AllowedMethods: '' })), 'InvalidXmlNodeValue', 'AllowedMethods'],
    [
      'a rule for an unknown method',
      cors(rule({ AllowedMethods: 'GET,LOOK' })),
      'InvalidXmlNodeValue',
      'AllowedMethods',
    ],
    [
      'a rule for a header that is none',
      cors(rule({ AllowedHeaders: 'a b' })),
      'InvalidXmlNodeValue',
      'AllowedHeaders',
    ],
    [
      'a rule with three beginnings',
      cors(rule({ ExposedHeaders: 'a*,b*,c*' })),
      'InvalidXmlNodeValue',
      'ExposedHeaders',
    ],
    [
      'a rule with an origin of 257 characters',
      cors(rule({ AllowedOrigins: 'a'.repeat(257) })),
      'InvalidXmlNodeValue',
    ],
    [
      'a rule without a maximum age',
      cors(rule({ MaxAgeInSeconds: '' })),
      'InvalidXmlNodeValue',
      'MaxAgeInSeconds',
    ],
    [
      'a rule with a negative age',
      cors(rule({ MaxAgeInSeconds: '-1' })),
      'InvalidXmlNodeValue',
      'MaxAgeInSeconds',
    ],
    [
      'a rule that lacks a field',
      cors(rule().replace(/<ExposedHeaders>.*<\/ExposedHeaders>/, '')),
      'MissingRequiredXmlNode',
      'ExposedHeaders',
    ],
    [
      'rules that are too long together',
      cors(
        ...Array<string>(5).fill(
          rule({
            AllowedOrigins: Array<string>(5)
              .fill(`https://${'a'.repeat(200)}`)
              .join(','),
          }),
        ),
      ),
      'InvalidXmlDocument',
    ],
    [
      'SMB multichannel, which a standard account lacks',
      '<ProtocolSettings><SMB><Multichannel><Enabled>true</Enabled></Multichannel></SMB></ProtocolSettings>',
      'InvalidXmlNodeValue',
      'Enabled',
    ],
    ['an unknown protocol', '<ProtocolSettings><FTP /></ProtocolSettings>', 'UnsupportedXmlNode', 'FTP'],
    [
      'encryption without a word',
      '<ProtocolSettings><NFS><EncryptionInTransit /></NFS></ProtocolSettings>',
      'MissingRequiredXmlNode',
      'Required',
    ],
  ];
  it.each(refused)('refuse %s and stay as they were', async (_case, content, code, node) => {
    const requests = new ShareRequests();
    await set(requests, `<MinuteMetrics>${enabled}</MinuteMetrics>`);
    const before = await shown(requests);
    const answer = await set(requests, content);
    expect([answer.status, answer.code]).toEqual([400, code]);
    if (node !== undefined) expect(answer.text).toContain(`<XmlNodeName>${node}</XmlNodeName>`);
    expect(await shown(requests)).toBe(before);
  });

  it.each([
    ['an empty body', ''],
    ['another root', '<Properties />'],
    ['an open element', '<StorageServiceProperties>'],
    [
      'entities within entities',
      `<!DOCTYPE l [${'abcdefghi'
        .split('')
        .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefghi'[at - 1] ?? 'lol'};`.repeat(10)}">`)
        .join('')}]><StorageServiceProperties>&i;</StorageServiceProperties>`,
    ],
    [
      'an entity of a file',
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><StorageServiceProperties>&x;</StorageServiceProperties>',
    ],
    ['nesting without end', '<StorageServiceProperties>'.repeat(2000)],
  ])('refuse %s', async (_case, body) => {
    const answer = await new ShareRequests().put(target, {}, body);
    expect([answer.status, answer.code]).toEqual([400, 'InvalidXmlDocument']);
  });

  it.each(['/?comp=properties', '/?restype=share&comp=properties'])('are not at %s', async (other) => {
    const requests = new ShareRequests();
    for (const answer of [await requests.get(other), await requests.put(other, {}, document(''))]) {
      expect([answer.status, answer.code]).toEqual([400, 'InvalidQueryParameterValue']);
    }
  });
});
