import { type Finding, ok, warn } from './finding.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy that the environment names. */
interface NamedProxy {
  readonly variable: string;
  /** Host and port; what is written before them may be a password. */
  readonly shown: string;
}

/** Whether the environment sends requests through a proxy, which this program does not use. */
export function examineProxies(url: URL, env: Environment): Finding {
  const proxies = proxiesFor(url.protocol, env);
  const facts = { variables: proxies.map(({ variable }) => variable) };
  if (proxies.length === 0) return ok('proxy', { message: 'the environment names none', facts });
  const named = proxies.map(({ variable, shown }) => `${variable}${shown}`).join(', ');
  if (isLocal(url.hostname) || isExempt(url.hostname, env)) {
    return ok('proxy', { message: `${named}: not for ${url.hostname}`, facts });
  }
  return warn('proxy', {
    message: `${named}: azstore uses no proxy and connects directly`,
    cure: `this machine must reach ${url.host} without the proxy`,
    facts,
  });
}

function proxiesFor(protocol: string, env: Environment): NamedProxy[] {
  const names = [protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', 'ALL_PROXY'];
  return names.flatMap((name) => {
    const variable = [name, name.toLowerCase()].find((one) => (env[one] ?? '') !== '');
    return variable === undefined ? [] : [{ variable, shown: hostOf(env[variable] ?? '') }];
  });
}

function hostOf(text: string): string {
  const address = text.includes('://') ? text : `http://${text}`;
  const host = URL.canParse(address) ? new URL(address).host : '';
  return host === '' ? '' : ` (${host})`;
}

function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[::1\])/.test(hostname);
}

/** `NO_PROXY` names hosts and domains between commas, with a dot before them or not. */
function isExempt(hostname: string, env: Environment): boolean {
  const names = (env.NO_PROXY || env.no_proxy || '').split(/[\s,]+/).filter((name) => name !== '');
  return names.some((name) => {
    const domain = name
      .toLowerCase()
      .replace(/^\*?\.?/, '')
      .replace(/:\d+$/, '');
    return name === '*' || hostname === domain || hostname.endsWith(`.${domain}`);
  });
}
