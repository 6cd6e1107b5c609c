import { describe, expect, it } from 'vitest';
import { AzureStorageError } from '../../../../src/core/errors.js';
import type { ServiceFailure } from '../../../../src/core/pipeline.js';
import type { ScriptedExchange } from '../../../../src/simulation/scripted-transport.js';
import { operations, testPipeline } from '../../../support/core-pipeline.js';
import { rejection } from '../../../support/rejection.js';

const once = { retryConfig: { maxAttempts: 1 } };

/** The error for one answer. */
async function errorOf(
  answer: (exchange: ScriptedExchange) => void,
  method = 'GET',
  target = '/data/file.txt',
) {
  const { send, transport } = testPipeline(once);
  const failed = rejection<AzureStorageError>(send(operations.read, {}, { method, target }));
  answer(await transport.next());
  return failed;
}

const refusal = (status: number, code: string) => errorOf((exchange) => exchange.refuse(status, code));

describe('the error for a refusal', () => {
  it.each([
    [400, 'InvalidHeaderValue', 'ConfigurationError', 'InvalidRequest', false],
    [400, 'InvalidAuthenticationInfo', 'AuthenticationError', 'AuthorizationFailure', false],
    [401, 'NoAuthenticationInformation', 'AuthenticationError', 'AuthorizationFailure', false],
    [401, 'InvalidAuthenticationInfo', 'AuthenticationError', 'AuthorizationFailure', false],
    [403, 'AuthenticationFailed', 'AuthenticationError', 'AuthorizationFailure', false],
    [403, 'AuthorizationFailure', 'AuthenticationError', 'AuthorizationFailure', false],
    [403, 'AuthorizationPermissionMismatch', 'AuthenticationError', 'PermissionDenied', false],
    [403, 'AuthorizationProtocolMismatch', 'AuthenticationError', 'PermissionDenied', false],
    [403, 'AuthorizationResourceTypeMismatch', 'AuthenticationError', 'PermissionDenied', false],
    [403, 'AuthorizationServiceMismatch', 'AuthenticationError', 'PermissionDenied', false],
    [403, 'AuthorizationSourceIPMismatch', 'AuthenticationError', 'PermissionDenied', false],
    [403, 'InsufficientAccountPermissions', 'AuthenticationError', 'PermissionDenied', false],
    [403, 'KeyBasedAuthenticationNotPermitted', 'AuthenticationError', 'PermissionDenied', false],
    [403, 'AccountIsDisabled', 'AuthenticationError', 'PermissionDenied', false],
    [403, 'SomethingNew', 'AuthenticationError', 'PermissionDenied', false],
    [404, 'ResourceNotFound', 'ServerError', 'UnexpectedAnswer', false],
    [405, 'UnsupportedHttpVerb', 'ConfigurationError', 'InvalidRequest', false],
    [408, 'Whatever', 'ServerError', 'OperationTimedOut', true],
    [409, 'FileOAuthManagementApiRestrictedToSrp', 'ConfigurationError', 'UnsupportedVersion', false],
    [409, 'SomethingNew', 'ServerError', 'UnexpectedAnswer', false],
    [411, 'MissingContentLengthHeader', 'ConfigurationError', 'InvalidRequest', false],
    [413, 'RequestBodyTooLarge', 'ConfigurationError', 'InvalidRequest', false],
    [429, 'TooManyRequests', 'ServerError', 'ServerBusy', true],
    [500, 'InternalError', 'ServerError', 'InternalError', true],
    [500, 'OperationTimedOut', 'ServerError', 'OperationTimedOut', true],
    [500, 'ServerBusy', 'ServerError', 'ServerBusy', true],
    [501, 'NotImplemented', 'ServerError', 'UnexpectedAnswer', false],
    [502, 'BadGateway', 'ServerError', 'ServiceUnavailable', true],
    [503, 'ServerBusy', 'ServerError', 'ServerBusy', true],
    [503, 'SomethingNew', 'ServerError', 'ServiceUnavailable', true],
    [504, 'GatewayTimeout', 'ServerError', 'OperationTimedOut', true],
    [301, 'Moved', 'ServerError', 'UnexpectedAnswer', false],
    [201, 'Created', 'ServerError', 'UnexpectedAnswer', false],
    [500, 'constructor', 'ServerError', 'InternalError', true],
  ])('%d %s is %s %s, retryable: %s', async (status, serviceCode, name, code, retryable) => {
    const expected = {
      name,
      code,
      retryable,
      status,
      serviceCode,
      operation: 'GetFile',
      requestId: 'request-1',
    };
    expect(await refusal(status, serviceCode)).toMatchObject(expected);
  });

  it('is the choice of the service first', async () => {
    const seen: ServiceFailure[] = [];
    const mapFailure = (failure: ServiceFailure) => {
      seen.push(failure);
      return new AzureStorageError('FileNotFound', failure.description);
    };
    const { send, transport } = testPipeline(once, { mapFailure });
    const failed = rejection(send(operations.read));
    const xml = '<Error><Code>Gone</Code><Message>Not\nhere</Message><HeaderName>h</HeaderName></Error>';
    (await transport.next()).answer(404, { 'Retry-After': '2', 'x-ms-request-id': 'r' }, xml);
    expect(await failed).toMatchObject({ code: 'FileNotFound' });
    expect(seen).toMatchObject([
      {
        status: 404,
        serviceCode: 'Gone',
        serviceMessage: 'Not',
        requestId: 'r',
        retryAfterMs: 2000,
        extras: { HeaderName: 'h' },
      },
    ]);
  });

  it('says in one line what failed, where, and how to ask about it', async () => {
    const error = await errorOf(
      (exchange) =>
        exchange.answer(
          400,
          { 'x-ms-request-id': 'r-1' },
          '<Error><Code>InvalidUri</Code><Message>The URI\tis bad.\nTime:1</Message></Error>',
        ),
      'PUT',
      '/data/f?comp=range&sig=secret%3D',
    );
    expect(error.message).toBe(
      'GetFile failed: the service answered 400 InvalidUri: The URI is bad.; PUT https://acct.file.core.windows.net/data/f?comp=range&sig=REDACTED; request id r-1',
    );
  });

  it('repeats little of what the service says at length', async () => {
    const long = 'x'.repeat(20_000);
    const xml = `<Error><Code>${long}</Code><Message>${long}</Message></Error>`;
    for (const headers of [{}, { 'x-ms-error-code': long, 'x-ms-request-id': long }]) {
      const error = await errorOf((exchange) => exchange.answer(400, headers, xml));
      expect(error.message.length).toBeLessThan(700);
    }
  });

  it('needs no body, as for HEAD', async () => {
    expect(await errorOf((exchange) => exchange.refuse(503, 'ServerBusy'), 'HEAD')).toMatchObject({
      code: 'ServerBusy',
    });
  });

  it('takes the code of the document where no header has it', async () => {
    const error = await errorOf((exchange) =>
      exchange.answer(503, {}, '<Error><Code>ServerBusy</Code></Error>'),
    );
    expect(error).toMatchObject({ code: 'ServerBusy', serviceCode: 'ServerBusy' });
  });

  it.each([
    ['is endless', 'x'.repeat(70_000)],
    ['is no document', '<html>proxy</html>'],
    ['is empty', ''],
  ])('comes from the status where the body %s', async (_name, body) => {
    expect(await errorOf((exchange) => exchange.answer(503, {}, body))).toMatchObject({
      code: 'ServiceUnavailable',
      serviceCode: undefined,
    });
  });

  it('comes from the status where the body breaks off', async () => {
    const error = await errorOf((exchange) => {
      const body = exchange.stream(503);
      body.send('<Error>');
      body.fail(new Error('reset'));
    });
    expect(error).toMatchObject({ code: 'ServiceUnavailable' });
  });

  it('gives up an endless body of a stream', async () => {
    const { send, transport } = testPipeline(once);
    const failed = rejection(send(operations.stream));
    const body = (await transport.next()).stream(503);
    body.send('x'.repeat(70_000));
    expect(await failed).toMatchObject({ code: 'ServiceUnavailable' });
    expect(body.discarded).toBe(true);
  });
});

describe('an answer that means success', () => {
  it('is buffered where the operation asks for it', async () => {
    const { send, transport } = testPipeline();
    const answered = send(operations.read);
    const body = (await transport.next()).stream(200, { etag: '"1"' });
    body.send('ab');
    body.send('cd');
    body.end();
    const response = await answered;
    expect(Buffer.from(response.body.buffered ?? []).toString()).toBe('abcd');
    expect(response.headers.get('ETag')).toBe('"1"');
  });

  it('is retried when it breaks off while it is buffered', async () => {
    const { NetworkError } = await import('../../../../src/core/errors.js');
    const { send, transport, clock } = testPipeline();
    const answered = send(operations.read);
    const body = (await transport.next()).stream(200);
    body.send('ab');
    body.fail(new NetworkError('ConnectionFailed', 'lost', { retryable: true }));
    await clock.advance(500);
    (await transport.next()).answer(206, {}, 'whole');
    expect((await answered).body.buffered).toHaveLength(5);
  });

  it('is refused when it is longer than memory should hold', async () => {
    const { send, transport } = testPipeline(once);
    const failed = rejection(send(operations.read));
    const body = (await transport.next()).stream(200);
    const chunk = new Uint8Array(16 * 1024 * 1024);
    for (let i = 0; i < 5; i += 1) body.send(chunk);
    expect(await failed).toMatchObject({ code: 'UnexpectedAnswer', status: 200 });
    expect(body.discarded).toBe(true);
  });
});
