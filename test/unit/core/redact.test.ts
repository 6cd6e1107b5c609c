import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import { redact, redactAnswerTo, redactUrl, Secret } from '../../../src/core/redact.js';

describe('redact', () => {
  it.each([
    ['?sv=1&sig=abc%2Bdef%3D&se=2', '?sv=1&sig=REDACTED&se=2'],
    ['SIG=abc', 'SIG=REDACTED'],
    ['AccountName=a;AccountKey=k+y==;EndpointSuffix=e', 'AccountName=a;AccountKey=REDACTED;EndpointSuffix=e'],
    ['SharedAccessSignature=sv=1&sig=xyz', 'SharedAccessSignature=REDACTED&sig=REDACTED'],
    ['Authorization: SharedKey acct:abc=', 'Authorization: REDACTED'],
    ['sent SharedKey acct:abc= there', 'sent SharedKey REDACTED there'],
    ['Bearer eyJ0.a-b.c_d', 'Bearer REDACTED'],
    ['x-ms-lease-id:11111111-2222', 'x-ms-lease-id:REDACTED'],
    ['x-ms-proposed-lease-id: 1111', 'x-ms-proposed-lease-id: REDACTED'],
    ['x-ms-copy-source:https://h/s/f?sv=1&sig=abc', 'x-ms-copy-source:https://h/s/f?sv=1&sig=REDACTED'],
    [`the name ${'k'.repeat(86)}== is`, 'the name REDACTED is'],
    ['got "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln"', 'got "REDACTED"'],
    ['file a-b.c-d/eyJhbGciOiJub25lIn0.eyJleHAiOjF9 and', 'file a-b.c-d/REDACTED and'],
    ['not a.b.eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln', 'not a.b.REDACTED'],
    ['x-eyJhbGciOiJub25lIn0.eyJleHAiOjF9.', 'x-REDACTED'],
    ['eyJhbGciOiJub25lIn0.short', 'eyJhbGciOiJub25lIn0.short'],
    [`a digest ${'k'.repeat(85)}==`, `a digest ${'k'.repeat(85)}==`],
    [`${'x'.repeat(500)}==`, `${'x'.repeat(500)}==`],
    ['design=1&assign=2', 'design=1&assign=2'],
    ['nothing to hide', 'nothing to hide'],
  ])('turns %j into %j', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  // A service chooses what it says: square time would be minutes here.
  it.each(['eyJ-', 'eyJaaaaaaaa-', 'eyJaaaaaaaa.', 'sig=', 'Bearer ', 'a'.repeat(87)])(
    'has soon been through a long text of %j',
    { timeout: 5_000 },
    (piece) => {
      expect(redact(piece.repeat(1_000_000 / piece.length))).not.toBe('');
    },
  );

  it('takes the signature out of a URL and leaves the rest', () => {
    expect(redactUrl('https://h', '/s/f?comp=list&sv=1&sig=a%2Fb&sr=f')).toBe(
      'https://h/s/f?comp=list&sv=1&sig=REDACTED&sr=f',
    );
    expect(redactUrl('https://h', '/s/f')).toBe('https://h/s/f');
  });
});

describe('Secret', () => {
  it('shows itself nowhere but when it is revealed', () => {
    const secret = new Secret('hunter2');
    const shown = [inspect({ secret }), JSON.stringify({ secret }), `${secret}`, String(secret)].join();
    expect(shown).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2');
  });
});

describe('redactAnswerTo', () => {
  const leaseId = '0f0f0f0f-1111-4222-8333-444444444444';
  const request = {
    target: '/data/f?sv=1&sig=c2Vj%2BcmV0%3D',
    headers: HttpHeaders.of({
      Authorization: 'SharedKey acct:bWFjIG9m/IHNvbWU=',
      'x-ms-lease-id': leaseId,
      'x-ms-copy-source': 'https://acct.file.core.windows.net/a?sig=b3RoZXI%3D',
    }),
  };

  it.each([
    ['the lease id', leaseId],
    ['the signature of the request', 'bWFjIG9m/IHNvbWU='],
    ['the signature of its URL', 'c2Vj%2BcmV0%3D'],
    ['the same, decoded', 'c2Vj+cmV0='],
    ['the signature of the source', 'b3RoZXI='],
  ])('hides %s wherever it is repeated', (_what, secret) => {
    expect(redactAnswerTo(request, `the value '${secret}' and ${secret}.`)).toBe(
      "the value 'REDACTED' and REDACTED.",
    );
  });

  it('hides a token', () => {
    const headers = HttpHeaders.of({ Authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.x' });
    expect(redactAnswerTo({ target: '/', headers }, 'got eyJhbGciOiJub25lIn0.e30.x')).toBe('got REDACTED');
  });

  it('leaves other texts alone', () => {
    const text = 'The specified resource does not exist. /data/f sv=1';
    expect(redactAnswerTo(request, text)).toBe(text);
    expect(redactAnswerTo({ target: '/data/f?sig=a', headers: new HttpHeaders() }, 'a cat')).toBe('a cat');
    expect(redactAnswerTo({ target: '/data/f?sig=%zz%zz', headers: new HttpHeaders() }, 'a cat')).toBe(
      'a cat',
    );
  });
});
