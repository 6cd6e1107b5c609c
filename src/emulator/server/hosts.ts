import { BlockList, isIP } from 'node:net';

/** Whether clients may call the emulator by a name. */
export type HostRule = (host: string) => boolean;

const clouds = 'windows\\.net|chinacloudapi\\.cn|usgovcloudapi\\.net';
/** Names of storage accounts, which nobody else can make lead to this machine, and those that lead nowhere else. */
const harmless = new RegExp(`^(?:(?:.+\\.)?localhost|[a-z0-9]{3,24}\\.file\\.core\\.(?:${clouds}))$`);

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address to listen on is reached from this machine only, however it is written. */
export function isLoopbackHost(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return /^(?:.+\.)?localhost$/i.test(host);
  return loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * The names by which an emulator may be called that listens on an address; `undefined` = all of them.
 * Only who can reach nothing but this machine's own address is in danger: a page in a browser, under a name whose
 * address was changed to a loopback one after the page was loaded. Its requests still carry that name.
 */
export function hostRule(listensOn: string, allowed: readonly string[]): HostRule | undefined {
  if (!isLoopbackHost(listensOn) && allowed.length === 0) return undefined;
  const names = new Set(allowed);
  let last: string | undefined;
  return (host) => {
    if (host === last) return true;
    const name = nameOf(host);
    if (!isLoopbackHost(name) && !harmless.test(name) && !names.has(name) && name !== listensOn) return false;
    last = host;
    return true;
  };
}

/** A host without its port, brackets and final dot. */
function nameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1];
  return (bracketed ?? host.replace(/:\d*$/, '').replace(/\.$/, '')).toLowerCase();
}
