import { HttpHeaders } from '../../src/core/http/headers.js';
import type { Peer } from '../../src/emulator/engine/authority/admission.js';
import { type Answer, read, type Sent, type ShareRequests } from './share-requests.js';
import { account, type DelegationKey } from './signatures.js';

/** How a request without a key is sent. */
export interface Way {
  /** The header `Authorization`. */
  readonly authorization?: string;
  readonly origin?: string;
  readonly peer?: Peer;
}

/** Sends a request as it stands: with the signature in its target, a token, or no credentials at all. */
export async function ask(requests: ShareRequests, sent: Sent, way: Way = {}): Promise<Answer> {
  const { method, body, version = '2025-07-05' } = sent;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const headers = HttpHeaders.of({
    'x-ms-version': version === '' ? undefined : version,
    'Content-Length': bytes === undefined ? undefined : String(bytes.length),
    Authorization: way.authorization,
    ...sent.headers,
  });
  const target = `/${sent.account ?? account}${sent.target}`;
  const { origin = 'http://127.0.0.1:10003', peer } = way;
  return read(await requests.engine.handle({ method, origin, target, headers, body: bytes }, peer));
}

/** Status and code. */
export const outcome = ({ status, code }: Answer): string =>
  code === undefined ? `${status}` : `${status} ${code}`;

/** What an error says to those whose credentials failed. */
export const detail = ({ text }: Answer): string | undefined =>
  /<AuthenticationErrorDetail>([\s\S]*)<\/AuthenticationErrorDetail>/.exec(text)?.[1];

/** Ids that stand in the tokens of tests. */
export const alice = {
  oid: 'aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb',
  tid: 'cccccccc-3333-4444-5555-dddddddddddd',
} as const;
export const bob = { ...alice, oid: '12345678-0000-0000-0000-000000000000' } as const;

/** A token that holds for the time of a test; claims that are `undefined` are left out. */
export function token(now: number, claims: Readonly<Record<string, unknown>> = {}): string {
  const seconds = Math.floor(now / 1000);
  const payload = {
    aud: 'https://storage.azure.com',
    iss: `https://sts.windows.net/${alice.tid}/`,
    iat: seconds - 300,
    nbf: seconds - 300,
    exp: seconds + 3600,
    ...alice,
    ...claims,
  };
  return [{ typ: 'JWT', alg: 'RS256' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(Buffer.from('not checked').toString('base64url'))
    .join('.');
}

/** Sends a request with a token and the header of its intent. */
export function askAs(requests: ShareRequests, sent: Sent, claims: Readonly<Record<string, unknown>> = {}) {
  return ask(
    requests,
    { ...sent, headers: { 'x-ms-file-request-intent': 'backup', ...sent.headers } },
    { authorization: `Bearer ${token(requests.clock.now(), claims)}` },
  );
}

/** Asks for a user delegation key. */
export async function delegationKey(
  requests: ShareRequests,
  claims: Readonly<Record<string, unknown>> = {},
  more = '',
): Promise<DelegationKey> {
  const now = requests.clock.now();
  const expiry = new Date(now + 3_600_000).toISOString();
  const body = `<?xml version="1.0" encoding="utf-8"?><KeyInfo><Start>${new Date(now).toISOString()}</Start><Expiry>${expiry}</Expiry>${more}</KeyInfo>`;
  const target = '/?restype=service&comp=userdelegationkey';
  const answer = await ask(
    requests,
    { method: 'POST', target, body },
    { authorization: `Bearer ${token(now, claims)}` },
  );
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  const of = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1] ?? '';
  return {
    oid: of('SignedOid'),
    tid: of('SignedTid'),
    start: of('SignedStart'),
    expiry: of('SignedExpiry'),
    service: of('SignedService'),
    version: of('SignedVersion'),
    value: of('Value'),
    delegatedTenant: of('SignedDelegatedUserTid') || undefined,
  };
}
