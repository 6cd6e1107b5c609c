import { describe, expect, it } from 'vitest';
import { examineCertificate, type ShownCertificate } from '../../../../src/cli/doctor/certificate.js';

const now = Date.parse('2026-03-02T00:00:00Z');
const shown: ShownCertificate = {
  protocol: 'TLSv1.3',
  refusal: undefined,
  subject: '*.file.core.windows.net',
  issuer: 'An Authority',
  names: 'DNS:*.file.core.windows.net',
  validFrom: new Date('2026-01-01T00:00:00Z'),
  validTo: new Date('2026-12-31T00:00:00Z'),
};
const examine = (more: Partial<ShownCertificate>, extra?: string) =>
  examineCertificate({ ...shown, ...more }, { host: 'acct.file.core.windows.net', now, extra });

describe('examineCertificate', () => {
  it('tells of one that is trusted', () => {
    expect(examine({})).toEqual({
      check: 'tls',
      status: 'ok',
      message: 'TLSv1.3, certificate of *.file.core.windows.net by An Authority, valid until 2026-12-31',
      facts: { ...shown, trusted: true },
    });
  });

  it.each([
    ['2026-03-16T00:00:00Z', 'ok'],
    ['2026-03-15T23:59:59Z', 'warn'],
  ])('warns of one that ends at %s: %s', (end, status) => {
    expect(examine({ validTo: new Date(end) }).status).toBe(status);
  });

  it.each([
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      undefined,
      /^name a file with the certificate itself .*azstore emulator --https/,
    ],
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      undefined,
      /^name a file with that of its authority .*ask who runs the network/,
    ],
    [
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      '/etc/ca.pem',
      /^NODE_EXTRA_CA_CERTS is \/etc\/ca\.pem, which has not/,
    ],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, /NODE_EXTRA_CA_CERTS/],
    ['CERT_HAS_EXPIRED', undefined, /replaced, or set the clock/],
    ['CERT_NOT_YET_VALID', undefined, /set the clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', undefined, /use one of these names/],
  ])('says what to do about %s', (refusal, extra, cure) => {
    expect(examine({ refusal }, extra)).toMatchObject({
      status: 'fail',
      code: 'CertificateInvalid',
      exitCode: 1,
      message: expect.stringContaining(`(${refusal}); certificate of`),
      cure: expect.stringMatching(cure),
      facts: { trusted: false },
    });
  });

  it('names the names that it is for', () => {
    expect(examine({ refusal: 'ERR_TLS_CERT_ALTNAME_INVALID' }).message).toMatch(
      /^the certificate is for other names than acct\.file\.core\.windows\.net: DNS:\*\.file/,
    );
  });

  it('takes refusals that it does not know, and days that cannot be read', () => {
    const finding = examine({ refusal: 'CERT_REVOKED', validTo: new Date(Number.NaN) });
    expect(finding.message).toBe(
      'the certificate of the server is not accepted (CERT_REVOKED); certificate of *.file.core.windows.net by An Authority, valid until an unknown day',
    );
    expect(finding).not.toHaveProperty('cure');
  });
});
