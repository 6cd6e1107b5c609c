// Requests about leases over node:http alone, for comparison.
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const agent = new Agent({ keepAlive: true });
const keyBytes = Buffer.from(key, 'base64');

/** Where requests go. */
export interface Place {
  readonly share: string;
  readonly port: number;
}

/** A request without a body. */
export interface BareRequest {
  readonly method: 'HEAD' | 'PUT';
  readonly path: string;
  readonly comp?: string;
  /** Without `x-ms-`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

/** Sends one request, signed by hand, over a connection that is kept. */
export function sendBare(
  { share, port }: Place,
  { method, path, comp, headers, status }: BareRequest,
): Promise<void> {
  const date = new Date().toUTCString();
  const sent: Record<string, string> = { 'x-ms-date': date, 'x-ms-version': '2023-11-03' };
  for (const [name, value] of Object.entries(headers)) sent[`x-ms-${name}`] = value;
  const target = `/${account}/${share}/${path}`;
  const names = Object.keys(sent).sort();
  const canonical = names.map((name) => `${name}:${sent[name]}\n`).join('');
  const text = `${method}${'\n'.repeat(12)}${canonical}/${account}${target}${comp === undefined ? '' : `\ncomp:${comp}`}`;
  sent.Authorization = `SharedKey ${account}:${createHmac('sha256', keyBytes).update(text).digest('base64')}`;
  if (method === 'PUT') sent['Content-Length'] = '0';
  const query = comp === undefined ? '' : `?comp=${comp}`;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method, path: target + query, agent, headers: sent },
      (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === status) resolve();
          else reject(new Error(`${method} ${target}${query} answered ${response.statusCode}`));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const lease = (path: string, status: number, headers: Readonly<Record<string, string>>): BareRequest => ({
  method: 'PUT',
  path,
  comp: 'lease',
  headers,
  status,
});
export const acquiring = (path: string, id: string) =>
  lease(path, 201, { 'lease-action': 'acquire', 'lease-duration': '-1', 'proposed-lease-id': id });
export const releasing = (path: string, id: string) =>
  lease(path, 200, { 'lease-action': 'release', 'lease-id': id });

/** What a lock of ours sends where a record is: it is read and written, and the file is asked for its lease. */
export function lockRequests(path: string, id: string): BareRequest[] {
  const record = `.${path}.lease`;
  const content = { 'meta-duration': '30', 'meta-holder': 'bench', 'meta-renewed': '0' };
  return [
    { method: 'HEAD', path: record, headers: {}, status: 200 },
    acquiring(path, id),
    {
      method: 'PUT',
      path: record,
      headers: { type: 'file', 'content-length': '0', ...content },
      status: 201,
    },
    { method: 'HEAD', path, headers: { 'lease-id': id }, status: 200 },
    releasing(path, id),
  ];
}
