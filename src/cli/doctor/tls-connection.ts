import { isIP, type Socket } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { NetworkError } from '../../files/index.js';
import type { ShownCertificate } from './certificate.js';
import { type Finding, fail } from './finding.js';
import { type Bounds, bounded } from './limits.js';

/** An encrypted connection, and what its server showed. */
export interface SecureConnection {
  readonly stream: TLSSocket;
  readonly shown: ShownCertificate;
}

/**
 * Begins encryption. A certificate that is not trusted does not end it, so that it can be told what is wrong with it: the
 * caller sends nothing then.
 */
export async function beginTls(socket: Socket, host: string, bounds: Bounds): Promise<SecureConnection> {
  const stream = await bounded<TLSSocket>(bounds, ({ resolve, reject }) => {
    const made = connect({
      socket,
      host,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
    });
    made.once('secureConnect', () => resolve(made));
    made.on('error', reject);
    made.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    return () => made.destroy();
  });
  return { stream, shown: describe(stream) };
}

function describe(stream: TLSSocket): ShownCertificate {
  const certificate: Partial<PeerCertificate> = stream.getPeerCertificate();
  const { authorizationError: error } = stream as { readonly authorizationError?: unknown };
  const code = error instanceof Error && 'code' in error ? error.code : error;
  return {
    protocol: stream.getProtocol() ?? 'an unknown protocol',
    refusal: stream.authorized ? undefined : String(code ?? 'not authorized'),
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    names: (certificate.subjectaltname ?? '').slice(0, 500),
    validFrom: new Date(certificate.valid_from ?? Number.NaN),
    validTo: new Date(certificate.valid_to ?? Number.NaN),
  };
}

/** The fields of a name may be there several times. */
function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const field = [name?.CN, name?.O].find((one) => one !== undefined && one !== '');
  return field === undefined ? 'nobody' : [field].flat().join(', ').slice(0, 200);
}

const cut = 'a firewall may cut connections to this host, or no HTTPS is served there';

/** A connection in which encryption could not begin at all. */
export function noTls(error: unknown): Finding {
  if (error instanceof NetworkError) return fail('tls', error, { cure: cut });
  const code = String((error as { readonly code?: unknown }).code ?? 'failed');
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    const lost = new NetworkError(
      'ConnectionFailed',
      `the connection was closed when encryption began (${code})`,
      { cause: error },
    );
    return fail('tls', lost, { cure: cut });
  }
  const refused = new NetworkError('CertificateInvalid', `no encrypted connection could be made (${code})`, {
    cause: error,
  });
  return fail('tls', refused, {
    cure: 'the server must speak HTTPS with TLS 1.2 or later: check scheme and port of the endpoint',
  });
}
