import { describe, expect, it } from 'vitest';
import type { AzureCredentials } from '../../../../src/core/auth/credentials.js';
import { sharedKeyAuthorization } from '../../../../src/core/auth/shared-key.js';
import type { GetTokenOptions } from '../../../../src/core/auth/token-cache.js';
import type { ClientOptions } from '../../../../src/core/options.js';
import type { ScriptedExchange } from '../../../../src/simulation/scripted-transport.js';
import { accountKey, operations, testPipeline } from '../../../support/core-pipeline.js';
import { RecordingTelemetry } from '../../../support/recording-telemetry.js';
import { rejection } from '../../../support/rejection.js';

const claims = '{"access_token":{"nbf":{"essential":true}}}';
const challenge = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`;

/** A pipeline whose credentials are the given ones in turn; the last one stays. */
function withTokens(...tokens: string[]) {
  const told: GetTokenOptions[] = [];
  const credential = {
    getToken: async (_scopes: unknown, options: GetTokenOptions = {}) => {
      told.push(options);
      const token = tokens.length > 1 ? tokens.shift() : tokens[0];
      return { token: token ?? '', expiresOnTimestamp: Number.MAX_SAFE_INTEGER };
    },
  };
  return { ...pipeline({ type: 'token', credential }), told };
}

function pipeline(credentials: AzureCredentials, more: ClientOptions = {}) {
  return testPipeline({ credentials, ...more });
}

function refuse401(exchange: ScriptedExchange, header: string | undefined): void {
  exchange.refuse(
    401,
    'InvalidAuthenticationInfo',
    header === undefined ? {} : { 'WWW-Authenticate': header },
  );
}

const authorization = ({ request }: ScriptedExchange) => request.headers.get('authorization');

describe('a token that the service refuses', () => {
  it('is replaced by one with the claims that the service asks for, and the request repeated', async () => {
    const { send, transport, told } = withTokens('t1', 't2');
    const answer = send(operations.write, {}, { method: 'PUT', body: new Uint8Array([1, 2, 3]) });
    const first = await transport.next();
    expect(authorization(first)).toBe('Bearer t1');
    refuse401(first, challenge);
    const second = await transport.next();
    expect(authorization(second)).toBe('Bearer t2');
    expect(second.request.body).toEqual(new Uint8Array([1, 2, 3]));
    expect(second.call.attempt).toBe(1);
    second.answer(201);
    expect((await answer).status).toBe(201);
    expect(told.map((options) => options.claims)).toEqual([undefined, claims]);
  });

  it('is final the second time', async () => {
    const { send, transport, told } = withTokens('t1', 't2', 't3');
    const failed = rejection(send(operations.read));
    refuse401(await transport.next(), challenge);
    refuse401(await transport.next(), challenge);
    expect(await failed).toMatchObject({
      name: 'AuthenticationError',
      code: 'AuthorizationFailure',
      status: 401,
      attempts: 1,
    });
    expect(await transport.untaken()).toBe(0);
    expect(told).toHaveLength(2);
  });

  it('is replaced without claims, too: it may have been revoked', async () => {
    const { send, transport } = withTokens('t1', 't2');
    const answer = send(operations.read);
    refuse401(await transport.next(), undefined);
    (await transport.next()).answer(200);
    expect((await answer).status).toBe(200);
  });

  it('is not sent again where the credential has no other', async () => {
    const { send, transport } = withTokens('t1');
    const failed = rejection(send(operations.read));
    refuse401(await transport.next(), challenge);
    expect(await failed).toMatchObject({ status: 401 });
    expect(transport.received).toBe(1);
  });

  it('is not replaced when the identity may not do this', async () => {
    const { send, transport, told } = withTokens('t1', 't2');
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(403, 'AuthorizationPermissionMismatch');
    expect(await failed).toMatchObject({ code: 'PermissionDenied' });
    expect(told).toHaveLength(1);
  });

  it('does not keep a call that is given up', async () => {
    const never = new Promise<never>(() => {});
    let asked = 0;
    const credential = {
      getToken: () => {
        asked += 1;
        return asked > 1 ? never : Promise.resolve({ token: 't1', expiresOnTimestamp: 8e15 });
      },
    };
    const { send, transport, clock } = pipeline({ type: 'token', credential });
    const controller = new AbortController();
    const failed = rejection(send(operations.read, { signal: controller.signal }));
    refuse401(await transport.next(), challenge);
    await transport.untaken();
    controller.abort('enough');
    expect(await failed).toBe('enough');
    expect(clock.timerCount).toBe(0);
  });

  it('shows no token in what it reports', async () => {
    const telemetry = new RecordingTelemetry();
    const credential = {
      getToken: async () => ({ token: `secret${Math.random()}`, expiresOnTimestamp: 8e15 }),
    };
    const { send, transport } = pipeline({ type: 'token', credential }, { telemetry });
    const failed = rejection(send(operations.read));
    refuse401(await transport.next(), challenge);
    refuse401(await transport.next(), challenge);
    await failed;
    expect(telemetry.logs).toContainEqual([
      'warn',
      'azure_files credential renewed',
      expect.objectContaining({ operation: 'GetFile', status: 401 }),
    ]);
    expect(JSON.stringify(telemetry)).not.toContain('secret');
  });
});

describe('a key or a SAS that comes from a function', () => {
  const rotated = 'cm90YXRlZA==';

  it('is asked for once more when the service refuses it, and the request repeated with the new one', async () => {
    const keys = [accountKey, rotated];
    const { send, transport } = pipeline({ type: 'shared_key', key: () => keys.shift() ?? rotated });
    const answer = send(operations.rename, {}, { method: 'PUT' });
    (await transport.next()).refuse(403, 'AuthenticationFailed');
    const second = await transport.next();
    expect(authorization(second)).toBe(sharedKeyAuthorization('acct', rotated, second.request));
    second.answer(200);
    expect((await answer).status).toBe(200);
  });

  it('is recognised by the document where the answer has no code in its headers', async () => {
    const sas = ['sv=1&sig=old', 'sv=1&sig=new'];
    const { send, transport } = pipeline({ type: 'sas_token', token: () => sas.shift() ?? '' });
    const answer = send(operations.read);
    const body = '<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code><Message>no</Message></Error>';
    (await transport.next()).answer(403, {}, body);
    const second = await transport.next();
    expect(second.request.target).toBe('/data/file.txt?sv=1&sig=new');
    second.answer(200);
    expect((await answer).status).toBe(200);
  });

  it.each([
    ['gives the same again', () => accountKey],
    ['fails now', () => Promise.reject(new Error('vault'))],
    ['gives what is no key', () => 'not base64!'],
  ])('leaves the refusal as it is where the function %s', async (_name, later) => {
    let asked = 0;
    const key = () => (asked++ === 0 ? accountKey : later());
    const { send, transport } = pipeline({ type: 'shared_key', key });
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(403, 'AuthenticationFailed');
    expect(await failed).toMatchObject({ code: 'AuthorizationFailure', status: 403, attempts: 1 });
    expect([asked, transport.received]).toEqual([2, 1]);
  });

  it('is final the second time', async () => {
    let asked = 0;
    const key = () => Buffer.from(`key ${asked++}`).toString('base64');
    const { send, transport } = pipeline({ type: 'shared_key', key });
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(403, 'AuthenticationFailed');
    (await transport.next()).refuse(403, 'AuthenticationFailed');
    expect(await failed).toMatchObject({ status: 403 });
    expect([asked, await transport.untaken()]).toEqual([2, 0]);
  });

  it('is not asked again about a permission', async () => {
    let asked = 0;
    const token = () => `sv=1&sig=${asked++}`;
    const { send, transport } = pipeline({ type: 'sas_token', token });
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(403, 'AuthorizationPermissionMismatch');
    await failed;
    expect(asked).toBe(1);
  });

  it('may change from a key to a SAS', async () => {
    const texts = [
      `AccountName=acct;AccountKey=${accountKey}`,
      'AccountName=acct;SharedAccessSignature=sv=1&sig=a',
    ];
    const { send, transport } = pipeline({
      type: 'connection_string',
      connectionString: () => texts.shift() ?? '',
    });
    void send(operations.read).catch(() => {});
    (await transport.next()).refuse(403, 'AuthenticationFailed');
    const second = await transport.next();
    expect(second.request.target).toBe('/data/file.txt?sv=1&sig=a');
    expect(authorization(second)).toBeUndefined();
  });

  it('reads a refusal that breaks off as one without a document', async () => {
    const keys = [accountKey, rotated];
    const { send, transport } = pipeline({ type: 'shared_key', key: () => keys.shift() ?? rotated });
    const answer = send(operations.read);
    const huge = 'x'.repeat(100_000);
    (await transport.next()).answer(403, { 'x-ms-error-code': 'AuthenticationFailed' }, huge);
    (await transport.next()).answer(200);
    expect((await answer).status).toBe(200);
  });
});

describe('a key that is given as a text', () => {
  it('is not tried again', async () => {
    const { send, transport } = pipeline({ type: 'shared_key', key: accountKey });
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(403, 'AuthenticationFailed');
    expect(await failed).toMatchObject({ status: 403 });
    expect(transport.received).toBe(1);
  });
});
