import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { type Answer, read, ShareRequests } from '../../../support/share-requests.js';

interface Rule {
  origins?: string;
  methods?: string;
  headers?: string;
  exposed?: string;
}

async function withRules(...rules: Rule[]): Promise<ShareRequests> {
  const requests = new ShareRequests();
  const xml = rules.map(
    ({ origins = '*', methods = 'GET,PUT', headers = '*', exposed = '*' }) =>
      `<CorsRule><AllowedOrigins>${origins}</AllowedOrigins><AllowedMethods>${methods}</AllowedMethods><AllowedHeaders>${headers}</AllowedHeaders><ExposedHeaders>${exposed}</ExposedHeaders><MaxAgeInSeconds>60</MaxAgeInSeconds></CorsRule>`,
  );
  const document = `<StorageServiceProperties><Cors>${xml.join('')}</Cors></StorageServiceProperties>`;
  expect((await requests.put('/?restype=service&comp=properties', {}, document)).status).toBe(202);
  await requests.createShare();
  return requests;
}

async function preflight(
  requests: ShareRequests,
  headers: Record<string, string>,
  target = '/share/a',
): Promise<Answer> {
  const request = {
    method: 'OPTIONS',
    origin: 'http://127.0.0.1:10003',
    target: `/devstoreaccount1${target}`,
    headers: HttpHeaders.of(headers),
  };
  return read(await requests.engine.handle(request));
}

const asking = (origin: string, method = 'PUT', headers?: string): Record<string, string> => ({
  Origin: origin,
  'Access-Control-Request-Method': method,
  ...(headers !== undefined && { 'Access-Control-Request-Headers': headers }),
});

function granted({ headers }: Answer): Record<string, string> {
  const names = [...headers].filter(([name]) => name.startsWith('Access-Control-') || name === 'Vary');
  return Object.fromEntries(names);
}

const site = 'https://site.example';

describe('a preflight request', () => {
  it('is answered without credentials or a version, by a rule that fits', async () => {
    const requests = await withRules({ origins: site, headers: 'x-ms-*,content-type' });
    const answer = await preflight(requests, asking(site, 'PUT', 'X-MS-Version, Content-Type'));

    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(granted(answer)).toEqual({
      'Access-Control-Allow-Origin': site,
      'Access-Control-Allow-Methods': 'PUT',
      'Access-Control-Allow-Headers': 'X-MS-Version, Content-Type',
      'Access-Control-Max-Age': '60',
      'Access-Control-Allow-Credentials': 'true',
    });
  });

  it.each(['/', '/share?restype=share&comp=acl', '/none/at/all', '/?comp=anything'])(
    'may ask for %s',
    async (target) => {
      expect((await preflight(await withRules({}), asking(site), target)).status).toBe(200);
    },
  );

  it.each([
    ['another origin', { origins: 'https://other.example' }],
    ['the origin in other case', { origins: site.toUpperCase() }],
    ['another method', { methods: 'GET,HEAD' }],
    ['another header', { headers: 'x-ms-version' }],
  ])('is refused where the rule is for %s', async (_case, rule) => {
    const answer = await preflight(await withRules(rule), asking(site, 'PUT', 'x-ms-date'));
    expect([answer.status, answer.code, granted(answer)]).toEqual([403, 'CorsPreflightFailure', {}]);
  });

  it('is refused without any rule', async () => {
    expect((await preflight(new ShareRequests(), asking(site))).code).toBe('CorsPreflightFailure');
  });

  it('goes by the first rule that fits', async () => {
    const requests = await withRules(
      { origins: 'https://other.example' },
      { origins: site, methods: 'GET' },
      { methods: 'PUT' },
    );
    expect((await preflight(requests, asking(site, 'PUT'))).status).toBe(200);
    expect((await preflight(requests, asking(site, 'DELETE'))).status).toBe(403);
  });

  it.each([
    ['https://a.site.example', 200],
    ['https://a.b.site.example', 200],
    ['https://.site.example', 403],
    ['https://site.example', 403],
    ['http://a.site.example', 403],
    ['https://a.site.example.org', 403],
  ])('from %s meets a rule for all names below a domain with %s', async (origin, status) => {
    const requests = await withRules({ origins: 'https://*.site.example' });
    expect((await preflight(requests, asking(origin))).status).toBe(status);
  });

  it.each(['Origin', 'Access-Control-Request-Method'])('needs the header %s', async (name) => {
    const headers = asking(site);
    delete headers[name];
    const answer = await preflight(await withRules({}), headers);
    expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
    expect(answer.text).toContain(`<MessageDetails>Invalid required CORS header ${name}</MessageDetails>`);
  });

  it('is refused for a URL that is none, without an end of the emulator', async () => {
    const requests = await withRules({});
    expect((await preflight(requests, asking(site), '/%zz')).status).toBe(400);
    expect(requests.failures).toEqual([]);
  });
});

describe('the answer to a request', () => {
  const share = '/share?restype=share';

  it('carries nothing where there are no rules', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    expect(granted(await requests.get(share, { Origin: site }))).toEqual({});
  });

  it('opens itself to everybody under a rule for all origins, asked for or not', async () => {
    const requests = await withRules({});
    for (const headers of [{}, { Origin: site }]) {
      const answer = await requests.get(`${share}&comp=metadata`, headers as Record<string, string>);
      expect(granted(answer)).toEqual({
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Expose-Headers':
          'ETag,Last-Modified,Server,x-ms-request-id,x-ms-version,Content-Length,Date,Transfer-Encoding',
      });
    }
  });

  it('opens itself to one origin and says that it depends on it', async () => {
    const requests = await withRules({ origins: site, exposed: 'x-ms-meta-*,X-Mine' });
    await requests.put(`${share}&comp=metadata`, { 'x-ms-meta-a': '1' });
    expect(granted(await requests.get(share, { Origin: site }))).toEqual({
      'Access-Control-Allow-Origin': site,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'X-Mine,x-ms-meta-a',
      Vary: 'Origin',
    });
  });

  it.each([{}, { Origin: 'https://other.example' }])(
    'only says that it depends on the origin for %o',
    async (headers) => {
      const requests = await withRules({ origins: site });
      const answer = await requests.get(share, headers as Record<string, string>);
      expect(granted(answer)).toEqual({ Vary: 'Origin' });
    },
  );

  it('to a change carries headers for an origin that asks only', async () => {
    const requests = await withRules({ origins: site, exposed: '' });
    const change = (headers: Record<string, string>) => requests.put(`${share}&comp=metadata`, headers);
    expect(granted(await change({}))).toEqual({});
    expect(granted(await change({ Origin: 'https://other.example' }))).toEqual({});
    expect(granted(await change({ Origin: site }))).toEqual({
      'Access-Control-Allow-Origin': site,
      'Access-Control-Allow-Credentials': 'true',
    });
  });

  it('carries the headers on errors too', async () => {
    const requests = await withRules({});
    const answer = await requests.get('/none?restype=share', { Origin: site });
    expect([answer.code, granted(answer)['Access-Control-Allow-Origin']]).toEqual(['ShareNotFound', '*']);
  });

  it('grants nothing for a method the rule does not name', async () => {
    const requests = await withRules({ methods: 'PUT' });
    expect(granted(await requests.get(share, { Origin: site }))).toEqual({ Vary: 'Origin' });
  });
});
