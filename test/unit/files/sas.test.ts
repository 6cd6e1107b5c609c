import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type AzureFilesConfig,
  generateAccountSas,
  generateFileSas,
  generateShareSas,
  generateUserDelegationSas,
  type ResourceSas,
} from '../../../src/files/index.js';
import { settle } from '../../../src/simulation/manual-clock.js';
import type { ScriptedExchange } from '../../../src/simulation/scripted-transport.js';
import { RecordingTelemetry } from '../../support/recording-telemetry.js';
import { rejection } from '../../support/rejection.js';
import { scriptedClient, transcript } from './scripted-client.js';

const signer = { accountName: 'acct', key: 'a2V5' };
const now = Date.UTC(2026, 2, 2, 3, 4, 5);
const startsOn = new Date(now - 15 * 60_000);
const expiresOn = new Date(now + 3_600_000);
const usual = { startsOn, expiresOn, version: '2023-11-03' };
const file = { share: 'team', path: 'a b/c.txt' };
const day = 24 * 3_600_000;

const token: AzureFilesConfig = {
  credentials: {
    type: 'token',
    credential: { getToken: async () => ({ token: 'bearer-secret', expiresOnTimestamp: 8e15 }) },
  },
};
const value = Buffer.from('delegation-secret').toString('base64');

/** Answers a request for a user delegation key as the service does. */
function giveKey(exchange: ScriptedExchange, more = ''): void {
  const body = new TextDecoder().decode(exchange.request.body as Uint8Array);
  const [, start = '', expiry = ''] = /<Start>(.*)<\/Start><Expiry>(.*)<\/Expiry>/.exec(body) ?? [];
  const xml = `<?xml version="1.0" encoding="utf-8"?><UserDelegationKey><SignedOid>oid</SignedOid><SignedTid>tid</SignedTid><SignedStart>${start}</SignedStart><SignedExpiry>${expiry}</SignedExpiry><SignedService>f</SignedService><SignedVersion>2025-07-05</SignedVersion>${more}<Value>${value}</Value></UserDelegationKey>`;
  exchange.answer(200, { 'Content-Type': 'application/xml' }, xml);
}

const parameters = (sas: ResourceSas) => Object.fromEntries(new URLSearchParams(sas.token));

describe('a function that gives the account key', () => {
  const silent: AzureFilesConfig = { credentials: { type: 'shared_key', key: () => new Promise(() => {}) } };

  it.each([
    [{}, 30_000],
    [{ timeoutMs: 400 }, 400],
  ])('is waited for no longer than an attempt may take, with %j', async (given, limitMs) => {
    const { client, clock } = scriptedClient(silent);
    const signed = rejection(client.sas.forRead({ ...file, ...given }));
    await clock.advance(limitMs - 1);
    expect(clock.timerCount).toBe(1);
    await clock.advance(1);
    expect(await signed).toMatchObject({ name: 'NetworkError', code: 'Timeout', mayHaveBeenSent: false });
    expect(clock.timerCount).toBe(0);
  });

  it('is not waited for after an abort', async () => {
    const { client, clock } = scriptedClient(silent);
    const controller = new AbortController();
    const signed = rejection(client.sas.forRead({ ...file, signal: controller.signal }));
    await clock.advance(10);
    controller.abort(new Error('enough'));
    expect(await signed).toMatchObject({ message: 'enough' });
    expect(clock.timerCount).toBe(0);
  });

  it('leaves no timer behind when it answers', async () => {
    const { client, clock } = scriptedClient({
      credentials: { type: 'shared_key', key: async () => 'a2V5' },
    });
    await client.sas.forRead(file);
    expect(clock.timerCount).toBe(0);
  });

  it('is not asked with a limit that is none', async () => {
    const { client } = scriptedClient(silent);
    const signed = rejection(client.sas.forRead({ ...file, timeoutMs: 'soon' as never }));
    expect(await signed).toMatchObject({
      code: 'InvalidOption',
      message: expect.stringContaining('timeoutMs'),
    });
  });
});

describe('client.sas with an account key', () => {
  it.each([
    ['forRead', ['read']],
    ['forWrite', ['write']],
    ['forReadWrite', ['read', 'write']],
    ['forCreate', ['create']],
    ['forDelete', ['delete']],
  ] as const)('%s is for one file and that alone', async (name, permissions) => {
    const { client, transport } = scriptedClient();
    const sas = await client.sas[name](file);
    expect(sas.token).toBe(generateFileSas({ ...file, permissions, ...usual }, signer).token);
    expect(sas.url).toBe(`https://acct.file.core.windows.net/team/a%20b/c.txt?${sas.token}`);
    expect(transport.received).toBe(0);
  });

  it('lists the share, whatever directory is named', async () => {
    const { client } = scriptedClient();
    const sas = await client.sas.forList({ path: 'a b/' });
    const whole = generateShareSas({ share: 'data', permissions: ['list'], ...usual }, signer);
    expect(sas.token).toBe(whole.token);
    expect(sas.url).toBe(`https://acct.file.core.windows.net/data/a%20b?${sas.token}`);
    expect((await client.sas.forList()).url).toBe(`https://acct.file.core.windows.net/data?${sas.token}`);
  });

  it('locks with a SAS for the share, as the record lies beside the file', async () => {
    const { client } = scriptedClient();
    const sas = await client.sas.forLock(file);
    const whole = generateShareSas({ share: 'team', permissions: ['read', 'write'], ...usual }, signer);
    expect(sas.token).toBe(whole.token);
    expect(sas.url).toContain('/team/a%20b/c.txt?');
  });

  it('takes every limit', async () => {
    const { client } = scriptedClient();
    const sas = await client.sas.forRead({
      ...file,
      expiresInSeconds: 60,
      startsOn: new Date(now + 10_000),
      ipRange: '10.0.0.1-10.0.0.9',
      protocol: 'https,http',
      version: '2024-11-04',
      responseHeaders: { contentDisposition: 'attachment; filename="c.txt"' },
    });
    expect(parameters(sas)).toMatchObject({
      st: '2026-03-02T03:04:15Z',
      se: '2026-03-02T03:05:15Z',
      sip: '10.0.0.1-10.0.0.9',
      spr: 'https,http',
      sv: '2024-11-04',
      rscd: 'attachment; filename="c.txt"',
    });
  });

  it('ends an hour after a start that is given, or when it is told', async () => {
    const { client } = scriptedClient();
    const later = await client.sas.forRead({ ...file, startsOn: new Date(now + day) });
    expect(later.expiresOn).toEqual(new Date(now + day + 3_600_000));
    const told = await client.sas.forRead({ ...file, expiresOn: new Date(now + 5000) });
    expect(told.expiresOn).toEqual(new Date(now + 5000));
  });

  it('makes any SAS for a file or a share', async () => {
    const { client } = scriptedClient();
    const forFile = await client.sas.generate({ ...file, permissions: ['read', 'delete'] });
    expect(parameters(forFile)).toMatchObject({ sr: 'f', sp: 'rd' });
    const forShare = await client.sas.generate({ permissions: 'rl' });
    expect(parameters(forShare)).toMatchObject({ sr: 's', sp: 'rl' });
    expect(forShare.url).toContain('/data?');
  });

  it('leaves to a stored policy what is not given', async () => {
    const { client } = scriptedClient();
    expect(parameters(await client.sas.generate({ policyId: 'readers' }))).toEqual({
      sv: '2023-11-03',
      spr: 'https',
      si: 'readers',
      sr: 's',
      sig: expect.any(String),
    });
    const limited = await client.sas.generate({
      policyId: 'readers',
      permissions: 'r',
      expiresInSeconds: 60,
    });
    expect(parameters(limited)).toMatchObject({ sp: 'r', se: '2026-03-02T03:05:05Z' });
  });

  it('makes a SAS for the account, for files alone unless told otherwise', async () => {
    const { client } = scriptedClient();
    const sas = await client.sas.generateAccount({ resourceTypes: ['service'], permissions: ['list'] });
    const same = { services: 'f', resourceTypes: 's', permissions: 'l', ...usual };
    expect(sas.token).toBe(generateAccountSas(same, signer).token);
    expect(sas.url).toBe(`https://acct.file.core.windows.net/?${sas.token}`);
  });

  it('allows http where the client itself speaks it, to a host of this machine', async () => {
    const { client } = scriptedClient({ endpoint: 'http://127.0.0.1:10003/acct' });
    const sas = await client.sas.forRead(file);
    expect(sas.protocol).toBe('https,http');
    expect(sas.url).toMatch(/^http:\/\/127\.0\.0\.1:10003\/acct\/team\/a%20b\/c\.txt\?/);
    expect((await client.sas.forRead({ ...file, protocol: 'https' })).protocol).toBe('https');
  });

  it('asks a function for the key', async () => {
    const { client } = scriptedClient({ credentials: { type: 'shared_key', key: async () => 'a2V5' } });
    expect((await client.sas.forRead(file)).token).toBe(
      generateFileSas({ ...file, permissions: 'r', ...usual }, signer).token,
    );
  });

  it('does not wait for a function longer than the caller does', async () => {
    const { client } = scriptedClient({
      credentials: { type: 'shared_key', key: () => new Promise<string>(() => {}) },
    });
    const controller = new AbortController();
    const failed = rejection(client.sas.forRead({ ...file, signal: controller.signal }));
    controller.abort('enough');
    expect(await failed).toBe('enough');
    expect(await rejection(client.sas.forRead({ ...file, signal: controller.signal }))).toBe('enough');
  });

  it('hides what it gives', async () => {
    const { client } = scriptedClient();
    const sas = await client.sas.forRead(file);
    const shown = inspect([sas, client], { depth: 9, showHidden: true }) + JSON.stringify([sas, client]);
    expect(shown).not.toContain(parameters(sas).sig);
  });

  it.each([
    ['that ends before now', { expiresOn: new Date(now - 1) }, 'must be in the future'],
    ['that ends twice', { expiresOn, expiresInSeconds: 5 }, 'exclude each other'],
    ['with a lost path', { path: undefined }, 'path is undefined'],
    ['with an unknown field', { expiry: expiresOn }, 'unknown field "expiry"'],
    ['for one user', { delegatedUserObjectId: 'x' }, 'must be signed with a token'],
    ['that lasts no time', { expiresInSeconds: 0 }, 'expiresInSeconds must be a number'],
    ['that lasts for ever', { expiresInSeconds: Number.POSITIVE_INFINITY }, 'expiresInSeconds must be'],
    ['that lists a file', { permissions: 'l' }, 'permissions has "l"'],
    ['without permissions', { permissions: undefined }, 'permissions and expiresOn must be given'],
  ])('refuses a SAS %s', async (_name, more, message) => {
    const { client } = scriptedClient();
    expect(
      await rejection(client.sas.generate({ ...file, permissions: 'r', ...more } as never)),
    ).toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining(message),
    });
  });
});

describe('client.sas with a token', () => {
  it('asks for a user delegation key and signs with it', async () => {
    const { client, transport } = scriptedClient(token);
    const signing = client.sas.forRead(file);
    const exchange = await transport.next();
    expect(transcript(exchange)).toEqual([
      'POST /?restype=service&comp=userdelegationkey',
      'Content-Type: application/xml; charset=utf-8',
    ]);
    expect(exchange.request.headers.get('x-ms-version')).toBe('2025-07-05');
    expect(exchange.request.headers.get('authorization')).toBe('Bearer bearer-secret');
    expect(new TextDecoder().decode(exchange.request.body as Uint8Array)).toBe(
      '<?xml version="1.0" encoding="utf-8"?><KeyInfo><Start>2026-03-02T02:49:05Z</Start><Expiry>2026-03-02T05:04:05Z</Expiry></KeyInfo>',
    );
    giveKey(exchange);
    const sas = await signing;
    const userDelegationKey = {
      signedObjectId: 'oid',
      signedTenantId: 'tid',
      signedStartsOn: startsOn,
      signedExpiresOn: new Date(now + 7_200_000),
      signedService: 'f',
      signedVersion: '2025-07-05',
      value,
    };
    const same = { ...file, permissions: 'r', startsOn, expiresOn } as const;
    expect(sas.token).toBe(generateUserDelegationSas(same, { accountName: 'acct', userDelegationKey }).token);
    expect(sas.kind).toBe('user_delegation');
  });

  it('asks once for many SAS, and again when the key ends too early', async () => {
    const { client, transport, clock } = scriptedClient(token);
    const both = [client.sas.forRead(file), client.sas.forList()];
    giveKey(await transport.next());
    await Promise.all(both);
    await clock.advance(3_500_000);
    await client.sas.forWrite(file);
    expect(transport.received).toBe(1);
    await clock.advance(200_000);
    const later = client.sas.forWrite(file);
    giveKey(await transport.next());
    await later;
    const longer = client.sas.forWrite({ ...file, expiresInSeconds: 6 * 86_400 });
    giveKey(await transport.next());
    expect((await longer).expiresOn).toEqual(new Date(clock.now() + 6 * day));
    expect(transport.received).toBe(3);
  });

  it('asks for no key that ends later than the service allows', async () => {
    const { client, transport } = scriptedClient(token);
    const expiresOn = new Date(now + 7 * day - 60_000);
    const signing = client.sas.forRead({ ...file, startsOn: new Date(now + 6 * day), expiresOn });
    const exchange = await transport.next();
    expect(new TextDecoder().decode(exchange.request.body as Uint8Array)).toContain(
      '<Start>2026-03-08T03:04:05Z</Start><Expiry>2026-03-09T03:04:05Z</Expiry>',
    );
    giveKey(exchange);
    expect((await signing).expiresOn).toEqual(expiresOn);
  });

  it('asks anew after a failure', async () => {
    const { client, transport } = scriptedClient(token);
    const failed = rejection<Error>(client.sas.forRead(file));
    (await transport.next()).refuse(403, 'AuthorizationPermissionMismatch');
    expect(await failed).toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringContaining('Storage File Delegator'),
    });
    const next = client.sas.forRead(file);
    giveKey(await transport.next());
    expect((await next).kind).toBe('user_delegation');
  });

  it('lets one caller give up without the others', async () => {
    const { client, transport } = scriptedClient(token);
    const controller = new AbortController();
    const failed = rejection(client.sas.forRead({ ...file, signal: controller.signal }));
    const other = client.sas.forRead(file);
    const exchange = await transport.next();
    controller.abort('enough');
    expect(await failed).toBe('enough');
    giveKey(exchange);
    expect((await other).permissions).toBe('r');
  });

  it('may be for one user of another tenant', async () => {
    const { client, transport } = scriptedClient(token);
    const tenant = '99999999-3333-4444-5555-888888888888';
    const user = '12345678-0000-0000-0000-000000000000';
    const signing = client.sas.generate({
      ...file,
      permissions: 'r',
      delegatedUserObjectId: user,
      delegatedUserTenantId: tenant,
    });
    const exchange = await transport.next();
    expect(new TextDecoder().decode(exchange.request.body as Uint8Array)).toContain(
      `<DelegatedUserTid>${tenant}</DelegatedUserTid>`,
    );
    giveKey(exchange, `<SignedDelegatedUserTid>${tenant}</SignedDelegatedUserTid>`);
    expect(parameters(await signing)).toMatchObject({ skdutid: tenant, sduoid: user });
  });

  it('uses no key of one tenant for the user of another', async () => {
    const { client, transport } = scriptedClient(token);
    const plain = client.sas.forRead(file);
    giveKey(await transport.next());
    await plain;
    const delegatedUserTenantId = '99999999-3333-4444-5555-888888888888';
    const other = client.sas.generate({ ...file, permissions: 'r', delegatedUserTenantId });
    const more = `<SignedDelegatedUserTid>${delegatedUserTenantId}</SignedDelegatedUserTid>`;
    giveKey(await transport.next(), more);
    expect(parameters(await other).skdutid).toBe(delegatedUserTenantId);
  });

  it('gives the key, for signing elsewhere', async () => {
    const { client, transport } = scriptedClient(token);
    const asking = client.sas.getUserDelegationKey();
    giveKey(await transport.next());
    const key = await asking;
    expect(key).toMatchObject({ signedStartsOn: startsOn, signedExpiresOn: expiresOn, value });
    expect(inspect(key, { showHidden: true }) + JSON.stringify(key)).not.toContain(value);
  });

  it('may use all of the seven days, from now on', async () => {
    const { client, transport } = scriptedClient(token);
    const asking = client.sas.getUserDelegationKey({ expiresInSeconds: 7 * 86_400 });
    giveKey(await transport.next());
    expect(await asking).toMatchObject({
      signedStartsOn: new Date(now),
      signedExpiresOn: new Date(now + 7 * day),
    });
  });

  it.each([
    ['longer than seven days', { expiresInSeconds: 7 * 86_400 + 1 }, 'more than 7 days'],
    [
      'for long from a start in the past',
      { startsOn: new Date(now - day), expiresOn: new Date(now + 6.5 * day) },
      'more than 7 days',
    ],
    [
      'for long from a start to come',
      { startsOn: new Date(now + 6 * day), expiresOn: new Date(now + 7.5 * day) },
      'more than 7 days',
    ],
    ['with a stored policy', { policyId: 'p' }, 'needs an account key'],
    ['without permissions', { permissions: undefined }, 'permissions must be given'],
    ['for a tenant that is none', { delegatedUserTenantId: 'x' }, 'delegatedUserTenantId must be a GUID'],
  ])('refuses a SAS %s, before anything is asked', async (_name, more, message) => {
    const { client, transport } = scriptedClient(token);
    expect(await rejection(client.sas.generate({ ...file, permissions: 'r', ...more }))).toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining(message),
    });
    expect(transport.received).toBe(0);
  });

  it('says which version it needs where another one was chosen', async () => {
    const { client } = scriptedClient({ ...token, apiVersion: '2024-11-04' });
    const needed = { code: 'UnsupportedVersion', message: expect.stringContaining('2025-07-05') };
    expect(await rejection(client.sas.forRead(file))).toMatchObject(needed);
    expect(await rejection(client.sas.getUserDelegationKey())).toMatchObject(needed);
  });

  it('signs for a later version that was chosen', async () => {
    const { client, transport } = scriptedClient({ ...token, apiVersion: '2026-04-06' });
    const signing = client.sas.forRead(file);
    giveKey(await transport.next());
    expect((await signing).version).toBe('2026-04-06');
  });

  it('cannot sign for the account, and says what can', async () => {
    const { client } = scriptedClient(token);
    const failed = client.sas.generateAccount({ resourceTypes: 'o', permissions: 'r' });
    expect(await rejection(failed)).toMatchObject({
      code: 'MissingCredentials',
      message: expect.stringContaining('needs an account key'),
    });
  });

  it.each([
    ['no document', 'x'],
    ['another document', '<Key />'],
    ['no value', `<UserDelegationKey><SignedOid>o</SignedOid></UserDelegationKey>`],
    [
      'a time that is none',
      `<UserDelegationKey><SignedOid>o</SignedOid><SignedTid>t</SignedTid><SignedStart>soon</SignedStart><Value>${value}</Value></UserDelegationKey>`,
    ],
  ])('does not accept %s as a key, and does not repeat it', async (_name, body) => {
    const { client, transport } = scriptedClient(token);
    const failed = rejection<Error>(client.sas.getUserDelegationKey());
    (await transport.next()).answer(200, {}, body);
    const error = await failed;
    expect(error).toMatchObject({ code: 'UnexpectedAnswer' });
    expect(inspect(error, { depth: 9 })).not.toContain(value);
  });
});

describe('client.sas with a SAS', () => {
  it('cannot sign another, and says what can', async () => {
    const { client } = scriptedClient({ credentials: { type: 'sas_token', token: 'sv=1&sig=a' } });
    const needed = {
      code: 'MissingCredentials',
      message: expect.stringContaining('an account key or a token'),
    };
    expect(await rejection(client.sas.forRead(file))).toMatchObject(needed);
    expect(
      await rejection(client.sas.generateAccount({ resourceTypes: 'o', permissions: 'r' })),
    ).toMatchObject(needed);
    expect(await rejection(client.sas.getUserDelegationKey())).toMatchObject({
      code: 'MissingCredentials',
      message: expect.stringContaining('only a token'),
    });
  });
});

describe('who watches', () => {
  it('is warned of a SAS that is broad or long, without its signature', async () => {
    const telemetry = new RecordingTelemetry();
    const { client } = scriptedClient({ telemetry });
    await client.sas.forRead(file);
    await client.sas.forLock(file);
    expect(telemetry.logs).toEqual([]);
    const sas = await client.sas.generate({ permissions: 'rwdl', expiresInSeconds: 30 * 86_400 });
    expect(telemetry.logs).toEqual([
      [
        'warn',
        'azure_files broad or long SAS',
        {
          kind: 'service',
          resource: 'data',
          permissions: 'rwdl',
          concerns: 'writes and deletes everything in the share; valid for 720 hours',
        },
      ],
    ]);
    await settle();
    expect(JSON.stringify(telemetry)).not.toContain(encodeURIComponent(parameters(sas).sig ?? ''));
  });
});

describe('credentialInfo', () => {
  it('tells type and origin of the credentials, and nothing else', () => {
    const { client } = scriptedClient();
    expect(client.credentialInfo).toEqual({ type: 'shared_key', from: 'options' });
  });
});
