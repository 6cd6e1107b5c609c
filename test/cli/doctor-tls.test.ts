import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator/index.js';
import { selfSigned } from '../../src/emulator/server/self-signed.js';
import { systemClock } from '../../src/files/index.js';
import { builtProgram, ended } from '../support/built-program.js';
import { examinedOf } from '../support/doctor.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const program = builtProgram();
const dayMs = 86_400_000;

/** What the doctor finds in a process of its own, which trusts the certificate of the emulator. */
async function examineTrusting(names: readonly string[], madeAt = systemClock.now()) {
  const { cert, key } = selfSigned(names, madeAt);
  const emulator = await startEmulator({ filesPort: 0, shares: ['data'], cert, key });
  onTestFinished(() => emulator.close());
  const file = join(await temporaryDirectory(), 'cert.pem');
  await writeFile(file, cert);
  const child = program.start(['doctor', '--json', 'files://data'], {
    AZURE_STORAGE_CONNECTION_STRING: emulator.connectionString,
    NODE_EXTRA_CA_CERTS: file,
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  return examinedOf({ code: Number(code), stdout, stderr });
}

describe('a certificate that is trusted', () => {
  it('is told with its protocol and its end', async () => {
    const result = await examineTrusting(['127.0.0.1']);
    expect(result.code).toBe(0);
    expect(result.of('tls')).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(
        /^TLSv1\.3, certificate of azstore emulator by azstore emulator, valid until \d{4}-\d\d-\d\d$/,
      ),
      facts: { trusted: true, names: expect.stringContaining('127.0.0.1') },
    });
    expect(result.of('read').status).toBe('ok');
  });

  it('can be for another name', async () => {
    const result = await examineTrusting(['storage.test']);
    expect(result.code).toBe(1);
    expect(result.states.at(-1)).toBe('tls fail');
    expect(result.of('tls').message).toMatch(
      /^the certificate is for other names than 127\.0\.0\.1: DNS:storage\.test \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
    );
  });

  it('can have expired', async () => {
    const result = await examineTrusting(['127.0.0.1'], systemClock.now() - 4000 * dayMs);
    expect(result.code).toBe(1);
    expect(result.of('tls')).toMatchObject({
      message: expect.stringContaining('has expired (CERT_HAS_EXPIRED)'),
      cure: expect.stringContaining('set the clock of this machine if that is wrong'),
    });
  });

  it('can be of the future', async () => {
    const result = await examineTrusting(['127.0.0.1'], systemClock.now() + 400 * dayMs);
    expect(result.of('tls').message).toContain('only (CERT_NOT_YET_VALID)');
  });
});

describe('a certificate that is not trusted', () => {
  it('is refused although a variable of Node.js would let it pass', async () => {
    const emulator = await startEmulator({ filesPort: 0, shares: ['data'], https: true });
    onTestFinished(() => emulator.close());
    const env = {
      AZURE_STORAGE_CONNECTION_STRING: emulator.connectionString,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_NO_WARNINGS: '1',
    };
    const listing = program.start(['ls', 'files://data'], env);
    const doctor = program.start(['doctor', 'files://data'], env);
    const [refusal, report] = await Promise.all([text(listing.stderr), text(doctor.stdout)]);
    expect(refusal).toContain('[CertificateInvalid]');
    expect(report).toMatch(/^fail +tls .*\n$/m);
    expect(report).not.toMatch(/^\w+ +service /m);
  });
});
