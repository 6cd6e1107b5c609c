import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { bits, boolean, integer, objectId, octets, sequence, set, tagged, text, time } from './der.js';

/** A certificate and its private key, both in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 24 * 60 * 60 * 1000;
/** A certificate holds from a day before, for clocks that go after, for a quarter of a year. */
const validBeforeMs = dayMs;
const validForMs = 90 * dayMs;
const serialBytes = 16;

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/**
 * Makes a certificate for a server, signed with its own key (ECDSA, P-256): whoever trusts it trusts this server alone.
 * @param names - Host names and addresses of the server, at least one.
 * @param now - milliseconds since 1970.
 */
export function selfSigned(names: readonly string[], now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(oids.ecdsaWithSha256));
  const name = sequence(set(sequence(objectId(oids.commonName), text('azstore emulator'))));
  const toBeSigned = sequence(
    tagged(0, 'constructed', integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    name,
    sequence(time(now - validBeforeMs), time(now + validForMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, 'constructed', extensions(names, publicKey)),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  return {
    cert: pem(sequence(toBeSigned, algorithm, bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A random number that is never zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(serialBytes);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function extensions(names: readonly string[], publicKey: KeyObject): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const keyId = createHash('sha256').update(spki).digest().subarray(0, 20);
  // It is its own issuer, which only a certificate that may sign others can be.
  const digitalSignatureAndCertSign = bits(Buffer.from([0b1000_0100]), 2);
  return sequence(
    extension(oids.basicConstraints, sequence(boolean(true)), true),
    extension(oids.keyUsage, digitalSignatureAndCertSign, true),
    extension(oids.extendedKeyUsage, sequence(objectId(oids.serverAuth))),
    extension(oids.subjectAltName, sequence(...names.map(alternativeName))),
    extension(oids.subjectKeyIdentifier, octets(keyId)),
  );
}

function extension(oid: string, value: Uint8Array, critical = false): Buffer {
  return sequence(objectId(oid), ...(critical ? [boolean(true)] : []), octets(value));
}

function alternativeName(name: string): Buffer {
  switch (isIP(name)) {
    case 4:
      return tagged(7, 'primitive', Buffer.from(name.split('.').map(Number)));
    case 6:
      return tagged(7, 'primitive', ipv6Bytes(name));
    default:
      return tagged(2, 'primitive', Buffer.from(name, 'latin1'));
  }
}

/** The sixteen bytes of an address; `::` stands for as many zeros as are missing. */
function ipv6Bytes(address: string): Buffer {
  const url = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = url.split('::');
  const groups = (part: string): number[] =>
    (part === '' ? [] : part.split(':')).map((group) => Number.parseInt(group, 16));
  const first = groups(head);
  const last = groups(tail ?? '');
  const zeros = new Array<number>(8 - first.length - last.length).fill(0);
  return Buffer.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
