// Files over node:http alone, for comparison: create and put, or get.
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const agent = new Agent({ keepAlive: true });
const keyBytes = Buffer.from(key, 'base64');

/** Where files are. */
export interface BarePlace {
  readonly share: string;
  readonly port: number;
}

interface Bare {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

function send(
  { share, port }: BarePlace,
  { method, path, query = {}, headers = {}, body }: Bare,
): Promise<Buffer> {
  const date = new Date().toUTCString();
  const sent: Record<string, string> = { 'x-ms-date': date, 'x-ms-version': '2023-11-03', ...headers };
  const names = Object.keys(sent).sort();
  const canonical = names.map((name) => `${name}:${sent[name]}\n`).join('');
  const target = `/${account}/${share}/${path}`;
  const parameters = Object.entries(query).sort();
  const resource = parameters.map(([name, value]) => `\n${name}:${value}`).join('');
  const length = body === undefined || body.length === 0 ? '' : String(body.length);
  const text = `${method}\n\n\n${length}\n\n\n\n\n\n\n\n\n${canonical}/${account}${target}${resource}`;
  sent.Authorization = `SharedKey ${account}:${createHmac('sha256', keyBytes).update(text).digest('base64')}`;
  if (method === 'PUT') sent['Content-Length'] = String(body?.length ?? 0);
  const search = parameters.map(([name, value]) => `${name}=${value}`).join('&');
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path: search === '' ? target : `${target}?${search}`,
        agent,
        headers: sent,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(Buffer.concat(chunks));
          else reject(new Error(`${method} ${target} answered ${status}`));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Creates a directory. */
export async function makeBare(place: BarePlace, path: string): Promise<void> {
  await send(place, { method: 'PUT', path, query: { restype: 'directory' } });
}

/** Creates a file with the time of its last write, and writes it. */
export async function putBare(
  place: BarePlace,
  path: string,
  { data, modified }: { readonly data: Uint8Array; readonly modified: Date },
): Promise<void> {
  await send(place, {
    method: 'PUT',
    path,
    headers: {
      'x-ms-content-length': String(data.length),
      'x-ms-file-attributes': 'None',
      'x-ms-file-last-write-time': modified.toISOString(),
      'x-ms-type': 'file',
    },
  });
  await send(place, {
    method: 'PUT',
    path,
    query: { comp: 'range' },
    headers: {
      'x-ms-file-last-write-time': 'preserve',
      'x-ms-range': `bytes=0-${data.length - 1}`,
      'x-ms-write': 'update',
    },
    body: data,
  });
}

/** Reads a file. */
export function getBare(place: BarePlace, path: string): Promise<Buffer> {
  return send(place, { method: 'GET', path });
}
