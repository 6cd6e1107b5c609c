import { spawn } from 'node:child_process';
import { isIP } from 'node:net';
import { NetworkError } from '../../files/index.js';
import { type Finding, fail, ok } from './finding.js';
import { type Bounds, bounded } from './limits.js';

/** An address that a name has. */
export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** The way in which the library's connections look for names, too. */
const script = `require('node:dns').lookup(process.argv[1], { all: true }, (error, addresses) => {
  process.stdout.write(JSON.stringify(error ? { code: error.code } : { addresses }));
});`;

/** A name that has no address. */
class Unresolved extends Error {
  /** Such as `ENOTFOUND`. */
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'Unresolved';
    this.code = code;
  }
}

/**
 * Looks up the addresses of a host, in a process of its own: a name server that is silent holds whoever waits for it for
 * half a minute, and a process that has asked it even at its end.
 *
 * @throws {Unresolved}
 * @throws {NetworkError} `Timeout`
 */
export async function resolveHost(
  host: string,
  env: Readonly<Record<string, string | undefined>>,
  bounds: Bounds,
): Promise<readonly HostAddress[]> {
  const family = isIP(host);
  if (family > 0) return [{ address: host, family }];
  const text = await bounded<string>(bounds, ({ resolve, reject }) => {
    const child = spawn(process.execPath, ['-e', script, host], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    });
    let out = '';
    child.stdout.on('data', (piece) => {
      out += String(piece);
    });
    child.on('error', reject);
    child.on('close', () => resolve(out));
    return () => child.kill('SIGKILL');
  });
  return parse(text);
}

function parse(text: string): readonly HostAddress[] {
  const answer = text === '' ? {} : (JSON.parse(text) as { addresses?: HostAddress[]; code?: string });
  if (answer.addresses !== undefined) return answer.addresses;
  throw new Unresolved(answer.code ?? 'EAI_FAIL');
}

const privateAddress = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd])/i;

export function examineAddresses(host: string, found: readonly HostAddress[]): Finding {
  if (isIP(host) > 0) return ok('dns', { message: `${host} is an address` });
  const addresses = found.map(({ address }) => address);
  const where = addresses.every((address) => privateAddress.test(address)) ? ', in a private network' : '';
  return ok('dns', { message: `${host} is ${addresses.join(', ')}${where}`, facts: { addresses } });
}

export function noAddresses(host: string, error: unknown): Finding {
  const cure = 'see whether this machine has a network, and whether its name servers answer';
  if (!(error instanceof Unresolved)) return fail('dns', error, { cure });
  const message = `the name ${host} could not be resolved (${error.code})`;
  return fail('dns', new NetworkError('DnsResolutionFailed', message), {
    cure:
      error.code === 'ENOTFOUND'
        ? 'check account name and endpoint; the name of a private endpoint is known in its own network alone'
        : cure,
  });
}
