import { NetworkError } from '../../files/index.js';
import { type Finding, fail, ok, type Telling, warn } from './finding.js';

/** What a TLS connection showed. */
export interface ShownCertificate {
  /** `TLSv1.3` */
  readonly protocol: string;
  /** Why it is not trusted, as `node:tls` names it; `undefined` where it is. */
  readonly refusal: string | undefined;
  readonly subject: string;
  readonly issuer: string;
  /** The names that it is for. */
  readonly names: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}

const dayMs = 86_400_000;
/** Whoever has to replace a certificate needs some days for it. */
const soonMs = 14 * dayMs;

/** Codes that mean: nobody whom this machine trusts vouches for it. */
const unknownIssuer = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

/**
 * Whether a connection may be trusted, and what to do where it is not.
 * @param extra - The file of `NODE_EXTRA_CA_CERTS`.
 */
export function examineCertificate(
  shown: ShownCertificate,
  { host, now, extra }: { readonly host: string; readonly now: number; readonly extra: string | undefined },
): Finding {
  const { protocol, refusal, subject, issuer, validTo } = shown;
  const facts = { ...shown, trusted: refusal === undefined };
  const certificate = `certificate of ${subject} by ${issuer}, valid until ${dayOf(validTo)}`;
  if (refusal !== undefined) {
    const told = explain(refusal, shown, { host, extra });
    const error = new NetworkError('CertificateInvalid', told.message);
    return fail('tls', error, { ...told, message: `${told.message} (${refusal}); ${certificate}`, facts });
  }
  const message = `${protocol}, ${certificate}`;
  if (validTo.getTime() - now < soonMs) {
    return warn('tls', { message, cure: 'have it replaced before that day', facts });
  }
  return ok('tls', { message, facts });
}

interface Circumstances {
  readonly host: string;
  readonly extra: string | undefined;
}

function explain(refusal: string, shown: ShownCertificate, { host, extra }: Circumstances): Telling {
  if (unknownIssuer.has(refusal)) {
    return {
      message: 'nobody whom this machine trusts vouches for the certificate of the server',
      cure: cureOfIssuer(refusal, extra),
    };
  }
  switch (refusal) {
    case 'CERT_HAS_EXPIRED':
      return {
        message: 'the certificate of the server has expired',
        cure: 'have it replaced, or set the clock of this machine if that is wrong',
      };
    case 'CERT_NOT_YET_VALID':
      return {
        message: `the certificate of the server is valid from ${dayOf(shown.validFrom)} on only`,
        cure: 'set the clock of this machine if that is wrong',
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        message: `the certificate is for other names than ${host}: ${shown.names}`,
        cure: 'use one of these names as the endpoint; something between may have answered in place of the service',
      };
    default:
      return { message: 'the certificate of the server is not accepted' };
  }
}

/** The variable is read when the process starts, so it cannot be set for this one. */
function cureOfIssuer(refusal: string, extra: string | undefined): string {
  const own = refusal === 'DEPTH_ZERO_SELF_SIGNED_CERT' ? 'the certificate itself' : 'that of its authority';
  const file = `a file with ${own} (PEM) in NODE_EXTRA_CA_CERTS`;
  const whose =
    refusal === 'DEPTH_ZERO_SELF_SIGNED_CERT'
      ? '`azstore emulator --https` prints the one of the emulator'
      : 'a firewall that opens encrypted connections has one of its own: ask who runs the network';
  if (extra === undefined) return `name ${file}: ${whose}`;
  return `NODE_EXTRA_CA_CERTS is ${extra}, which has not the right one: name ${file}: ${whose}`;
}

function dayOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an unknown day' : date.toISOString().slice(0, 10);
}
