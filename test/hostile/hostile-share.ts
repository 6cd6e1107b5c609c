import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OnFinish } from '../support/on-finish.js';
import { accountKey } from './hostile-service.js';

/** An entry that a listing tells of. */
export interface ListedName {
  readonly kind: 'File' | 'Directory';
  readonly name: string;
  /** Percent-encoded, as the service does with names that XML cannot carry. */
  readonly encoded?: boolean;
}

/** A share whose listings say what a test wants. A file has four bytes, and everything else is a directory. */
export interface HostileShare {
  readonly env: Readonly<Record<string, string>>;
  /** What the directories list from now on: the root, and each one below. */
  entries: readonly ListedName[];
  /** Method and target of every request. */
  readonly requests: string[];
}

export async function hostileShare(onFinish: OnFinish): Promise<HostileShare> {
  const share: { entries: readonly ListedName[]; requests: string[] } = { entries: [], requests: [] };
  const server = createServer((request, response) => {
    share.requests.push(`${request.method} ${request.url}`);
    request.resume();
    answer(request, response, share.entries);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onFinish(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/acct`;
  const connection = `AccountName=acct;AccountKey=${accountKey};FileEndpoint=${endpoint}`;
  return Object.assign(share, { env: { AZURE_STORAGE_CONNECTION_STRING: connection } });
}

const version = { ETag: '"1"', 'Last-Modified': 'Wed, 07 Dec 2022 04:02:49 GMT' };

function answer(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  entries: readonly ListedName[],
): void {
  if (url.includes('comp=list')) {
    // Within one of its own directories the list ends, or it would have no end.
    const below = entries.some(({ kind, name }) => kind === 'Directory' && lastName(url) === name);
    response
      .writeHead(200, version)
      .end(listing(below ? entries.filter(({ kind }) => kind === 'File') : entries));
  } else if (method === 'HEAD' && url.includes('restype=directory')) {
    response.writeHead(200, version).end();
  } else if (method === 'HEAD') {
    const isFile = entries.some(({ kind, name }) => kind === 'File' && lastName(url) === name);
    response.writeHead(isFile ? 200 : 404, { ...version, 'Content-Length': isFile ? 4 : 0 }).end();
  } else if (method === 'GET') {
    response.writeHead(206, { ...version, 'Content-Range': 'bytes 0-3/4', 'Content-Length': 4 }).end('evil');
  } else response.writeHead(method === 'DELETE' ? 202 : 201, version).end();
}

function lastName(url: string): string {
  const [path = ''] = url.split('?', 1);
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}

function listing(entries: readonly ListedName[]): string {
  const xml = entries.map(({ kind, name, encoded }) => {
    const element = `<Name${encoded === true ? ' Encoded="true"' : ''}>${escaped(name)}</Name>`;
    const size = kind === 'File' ? '<Content-Length>4</Content-Length>' : '';
    const told = `<Last-Modified>${version['Last-Modified']}</Last-Modified><Etag>${version.ETag}</Etag>`;
    return `<${kind}>${element}<Properties>${size}${told}</Properties></${kind}>`;
  });
  return `<EnumerationResults><Entries>${xml.join('')}</Entries><NextMarker /></EnumerationResults>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('\r', '&#13;')
    .replaceAll('\n', '&#10;');
}
