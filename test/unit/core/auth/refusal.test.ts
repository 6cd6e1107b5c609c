import { describe, expect, it } from 'vitest';
import { stringToSign } from '../../../../src/core/auth/shared-key.js';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import type { ClientOptions } from '../../../../src/core/options.js';
import type { ScriptedExchange } from '../../../../src/simulation/scripted-transport.js';
import { operations, testPipeline } from '../../../support/core-pipeline.js';
import { rejection } from '../../../support/rejection.js';

const date = 'Mon, 02 Mar 2026 03:04:05 GMT';
const detail = (text: string) =>
  `<Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request.</Message><AuthenticationErrorDetail>${text}</AuthenticationErrorDetail></Error>`;
const mismatch = (text: string) =>
  detail(
    `The MAC signature found in the HTTP request 'abc' is not the same as any computed signature. Server used following string to sign: '${text}'.`,
  );

async function refused(
  answer: (exchange: ScriptedExchange) => void,
  options: ClientOptions = {},
  headers: Record<string, string> = {},
) {
  const { send, transport } = testPipeline(options);
  const failed = rejection<Error & { code: string }>(
    send(operations.read, {}, { headers: HttpHeaders.of(headers) }),
  );
  const exchange = await transport.next();
  answer(exchange);
  return failed;
}

const sas = (token: string): ClientOptions => ({ credentials: { type: 'sas_token', token } });
const token: ClientOptions = {
  credentials: {
    type: 'token',
    credential: {
      getToken: async () => ({ token: 'eyJhidden', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
    },
  },
};

describe('a refused signature', () => {
  it('is explained by a clock that is ahead or behind', async () => {
    const late = await refused((exchange) =>
      exchange.refuse(403, 'AuthenticationFailed', { Date: 'Mon, 02 Mar 2026 02:44:05 GMT' }),
    );
    expect(late).toMatchObject({ name: 'AuthenticationError', code: 'AuthorizationFailure', status: 403 });
    expect(late.message).toContain(
      "likely: the clock of this machine is 1200 seconds ahead of the service's",
    );
    const early = await refused((exchange) =>
      exchange.refuse(403, 'AuthenticationFailed', { Date: 'Mon, 02 Mar 2026 03:24:05 GMT' }),
    );
    expect(early.message).toContain("1200 seconds behind the service's");
  });

  it('is not blamed on a clock that is only a little off', async () => {
    const error = await refused((exchange) =>
      exchange.refuse(403, 'AuthenticationFailed', { Date: 'Mon, 02 Mar 2026 03:03:05 GMT' }),
    );
    expect(error.message).toContain('the key does not belong to the account "acct"');
  });

  it('is a wrong key where the service signed the same text', async () => {
    const error = await refused((exchange) =>
      exchange.answer(403, { Date: date }, mismatch(stringToSign('acct', exchange.request))),
    );
    expect(error.code).toBe('InvalidKey');
    expect(error.message).toContain('the key is not (or no longer) one of the account "acct"');
  });

  it('names the first line in which the texts differ', async () => {
    const error = await refused((exchange) => {
      const ours = stringToSign('acct', exchange.request).split('\n');
      ours[3] = '7';
      exchange.answer(403, { Date: date }, mismatch(ours.join('\n')));
    }, {});
    expect(error.message).toContain(
      'differ first in line 4 (Content-Length): the client has "", the service "7"',
    );
  });

  it('shows no lease id and no signature of a differing line', async () => {
    const error = await refused(
      (exchange) => {
        const theirs = stringToSign('acct', exchange.request).replace(
          /x-ms-lease-id:.*/,
          'x-ms-lease-id:their-lease',
        );
        exchange.answer(403, { Date: date }, mismatch(theirs));
      },
      {},
      { 'x-ms-lease-id': 'our-lease' },
    );
    expect(error.message).toContain('x-ms-lease-id:REDACTED');
    expect(error.message).not.toMatch(/our-lease|their-lease/);
  });

  it('is a wrong account where the service signs for another one', async () => {
    const error = await refused((exchange) => {
      const theirs = stringToSign('acct', exchange.request).replace('/acct/', '/other/');
      exchange.answer(403, { Date: date }, mismatch(theirs));
    });
    expect(error.message).toContain(
      'the account name is wrong: the client signs for "acct", the service for "other"',
    );
  });

  it('says so when the service has more or less text', async () => {
    const error = await refused((exchange) => {
      exchange.answer(403, { Date: date }, mismatch(`${stringToSign('acct', exchange.request)}\nextra:1`));
    });
    expect(error.message).toContain('the client has nothing more, the service "extra:1"');
  });

  it('is one line and holds no signature', async () => {
    const error = await refused((exchange) => exchange.refuse(403, 'AuthenticationFailed'));
    expect(error.message).not.toContain('\n');
    expect(error.message).not.toContain('SharedKey');
  });
});

describe('a refused SAS', () => {
  it.each([
    [
      'sv=1&se=2026-03-01T00%3A00%3A00Z&sig=s',
      '',
      'ExpiredSas',
      'the SAS has expired (se=2026-03-01T00:00:00Z)',
    ],
    [
      'sv=1&st=2026-04-01&se=2027-03-01&sig=s',
      '',
      'AuthorizationFailure',
      'the SAS is not valid yet (st=2026-04-01)',
    ],
    [
      'sv=1&sig=s',
      'Signature not valid in the specified time frame: Start [a] - Expiry [b] - Current [c]',
      'ExpiredSas',
      'outside its time',
    ],
    [
      'sv=1&sig=s',
      'Signature did not match. String to sign used was r\n\n2027',
      'InvalidKey',
      'changed after it was signed',
    ],
    ['sv=1&sig=s', 'se is mandatory. Cannot be empty', 'AuthorizationFailure', 'the SAS is malformed'],
    ['sv=1&se=never&sig=s', '', 'AuthorizationFailure', 'the SAS is malformed'],
  ])('%s with %j is %s', async (query, text, code, hint) => {
    const error = await refused((exchange) => exchange.answer(403, { Date: date }, detail(text)), sas(query));
    expect(error.code).toBe(code);
    expect(error.message).toContain(hint);
    expect(error.message).not.toContain('sig=s');
  });

  it('that expired needs no body, as for HEAD', async () => {
    const error = await refused(
      (exchange) => exchange.answer(403, { 'x-ms-error-code': 'AuthenticationFailed' }),
      sas('se=2026-01-01&sig=s'),
    );
    expect(error.code).toBe('ExpiredSas');
  });

  it('blames the clock where that is off', async () => {
    const error = await refused(
      (exchange) =>
        exchange.answer(
          403,
          { Date: 'Mon, 02 Mar 2026 05:04:05 GMT' },
          detail('Signature not valid in the specified time frame'),
        ),
      sas('se=2026-03-02T04:00:00Z&sig=s'),
    );
    expect(error).toMatchObject({ code: 'ExpiredSas' });
    expect(error.message).toContain("7200 seconds behind the service's");
  });

  it.each([
    ['AuthorizationPermissionMismatch', 'lacks a permission (sp)'],
    ['AuthorizationResourceTypeMismatch', '(srt)'],
    ['AuthorizationServiceMismatch', '(ss)'],
    ['AuthorizationSourceIPMismatch', '(sip)'],
    ['AuthorizationProtocolMismatch', '(spr)'],
  ])('for %s says which part of it', async (code, hint) => {
    const error = await refused((exchange) => exchange.refuse(403, code), sas('sig=s'));
    expect(error).toMatchObject({ code: 'PermissionDenied', serviceCode: code });
    expect(error.message).toContain(hint);
  });
});

describe('a refused token', () => {
  it.each([
    ['AuthorizationPermissionMismatch', 'PermissionDenied', 'Storage File Data Privileged Contributor'],
    ['AuthenticationFailed', 'AuthorizationFailure', 'another tenant or audience'],
  ])('for %s', async (serviceCode, code, hint) => {
    const error = await refused((exchange) => exchange.refuse(403, serviceCode), token);
    expect(error.code).toBe(code);
    expect(error.message).toContain(hint);
    expect(error.message).not.toContain('eyJhidden');
  });
});

describe('a token that is not believed', () => {
  const refusal = (text: string) =>
    `<Error><Code>InvalidAuthenticationInfo</Code><Message>no</Message>${text}</Error>`;

  it('is explained by what the service says of it', async () => {
    const error = await refused((exchange) => {
      const said =
        '<AuthenticationErrorDetail>Lifetime validation failed. The token is expired.</AuthenticationErrorDetail>';
      exchange.answer(401, {}, refusal(said));
    }, token);
    expect(error).toMatchObject({ code: 'AuthorizationFailure', status: 401 });
    expect(error.message).toContain('(Lifetime validation failed. The token is expired.)');
  });

  it('may be for another tenant where the service says nothing', async () => {
    const error = await refused((exchange) => exchange.answer(401, {}, refusal('')), token);
    expect(error.message).toMatch(/another tenant or audience$/);
  });
});

describe('a refused key', () => {
  it('that is switched off says what to use', async () => {
    const error = await refused((exchange) => exchange.refuse(403, 'KeyBasedAuthenticationNotPermitted'));
    expect(error.message).toContain('account keys are switched off for this account: use a token');
  });
});
