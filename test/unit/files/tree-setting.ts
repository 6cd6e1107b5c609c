import { lstat, mkdir, readdir, readFile, readlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientOptions } from '../../../src/core/options.js';
import { wellKnownAccount } from '../../../src/emulator/index.js';
import {
  bufferedBody,
  type DirectoryTransferEvent,
  type DirectoryTransferReport,
  generateAccountSas,
  HttpHeaders,
  type HttpResponse,
  NetworkError,
} from '../../../src/files/index.js';
import { newCall } from '../../support/new-call.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { type Setting, setUp, share } from './streaming-setting.js';

export type Content = string | Uint8Array;

/** What nothing was done of. */
export const totals: DirectoryTransferReport = {
  filesCopied: 0,
  bytesCopied: 0,
  filesUnchanged: 0,
  directoriesCreated: 0,
  filesDeleted: 0,
  directoriesDeleted: 0,
  skipped: 0,
  failed: 0,
  failures: [],
  deletionsWithheld: false,
};

/** A local directory and a share, with small ranges. */
export async function setUpTree(options: ClientOptions = {}) {
  const setting = setUp(options);
  const local = await temporaryDirectory();
  const events: DirectoryTransferEvent[] = [];
  const { transport } = setting;
  return {
    ...setting,
    local,
    events,
    onEntry: (event: DirectoryTransferEvent) => void events.push(event),
    /** Paths of the events of one type. */
    told: (type: DirectoryTransferEvent['type']) =>
      events.filter((event) => event.type === type).map(({ path }) => path),
    /** Codes of what failed, each once. */
    failureCodes() {
      const codes = events.map((event) => (event.type === 'failed' ? codeOf(event.error) : undefined));
      return [...new Set(codes.filter((code) => code !== undefined))];
    },
    /** What was sent, without the account: `PUT data/file comp=range`. */
    requests: () => transport.sent.map(brief),
    forget: () => {
      transport.sent.length = 0;
      events.length = 0;
    },
    /** From now on nothing that is like this gets through, as when the machine is gone. */
    breakOff(wanted: RegExp) {
      transport.intercept = (request, next) => {
        if (wanted.test(`${request.method} ${request.target}`)) throw new Error('the machine is gone');
        return next();
      };
    },
    /** From now on requests like this get no answer: the connection is cut. */
    cut(wanted: RegExp) {
      transport.intercept = async (request, next) => {
        if (!wanted.test(`${request.method} ${request.target}`)) return next();
        throw new NetworkError('ConnectionFailed', 'the connection was cut');
      };
    },
    /** Makes a snapshot of the share. */
    async snapshot(): Promise<string> {
      const { token } = generateAccountSas(
        {
          services: ['file'],
          resourceTypes: ['container'],
          permissions: ['create', 'write'],
          expiresOn: new Date(Date.now() + 600_000),
          protocol: 'https,http',
        },
        { accountName: wellKnownAccount.name, key: wellKnownAccount.keys[0] ?? '' },
      );
      const target = `/${wellKnownAccount.name}/${share}?restype=share&comp=snapshot&${token}`;
      const headers = HttpHeaders.of({ 'x-ms-version': '2023-11-03' });
      const request = { method: 'PUT', origin: 'http://127.0.0.1:10003', target, headers };
      const answer = await transport.send(request, newCall());
      return answer.headers.get('x-ms-snapshot') ?? `answered ${answer.status}`;
    },
    mend() {
      transport.intercept = (_request, next) => next();
    },
    /** Has the service refuse a request. */
    refuse(wanted: string, serviceCode: string, status = 409) {
      transport.intercept = async (request, next) =>
        brief(`${request.method} ${request.target}`) === wanted ? refusal(serviceCode, status) : next();
    },
    /** Has it refuse some, in a way that is worth no second try. */
    refuseSome(isRefused: (request: string) => boolean) {
      transport.intercept = async (request, next) =>
        isRefused(`${request.method} ${request.target}`) ? refusal('SharingViolation', 409) : next();
    },
  };
}

function refusal(serviceCode: string, status: number): HttpResponse {
  return { status, headers: HttpHeaders.of({ 'x-ms-error-code': serviceCode }), body: bufferedBody() };
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

function brief(request: string): string {
  const [, method = '', path = '', query = ''] =
    /^(\S+) \/devstoreaccount1\/([^?]*)\??(.*)$/.exec(request) ?? [];
  const comp = /comp=\w+/.exec(query)?.[0];
  const place = path.replace(/\.azstore-[0-9a-f-]+\.tmp/, '.azstore-*.tmp');
  return `${method} ${decodeURIComponent(place)}${comp === undefined ? '' : ` ${comp}`}`;
}

export type TreeSetting = Awaited<ReturnType<typeof setUpTree>>;

/** When local files count as written to: some time that nothing else has. */
const longAgo = Date.UTC(2019, 1, 3, 4, 5, 6);

/** Makes local files; a name with a slash at its end is an empty directory. */
export async function fillLocal(top: string, files: Readonly<Record<string, Content>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(top, name);
    if (name.endsWith('/')) {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await setModified(path, longAgo);
  }
}

/** Gives a file a time that no run of a test has. */
export async function setModified(path: string, ms: number): Promise<void> {
  await utimes(path, ms / 1000, ms / 1000);
}

export async function fillShare(
  { files, directories }: Pick<Setting, 'files' | 'directories'>,
  content: Readonly<Record<string, Content>>,
): Promise<void> {
  for (const [name, data] of Object.entries(content)) {
    if (name.endsWith('/')) {
      await directories.ensure({ path: name });
      continue;
    }
    const slash = name.lastIndexOf('/');
    if (slash > 0) await directories.ensure({ path: name.slice(0, slash) });
    await files.write({ path: name, data: typeof data === 'string' ? new TextEncoder().encode(data) : data });
  }
}

/** What is below a local directory, as paths and contents; directories have a slash at their end and no content. */
export async function localTree(top: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(top.length + 1);
    if (entry.isDirectory()) tree[`${name}/`] = '';
    else if (entry.isSymbolicLink()) tree[name] = `-> ${await readlink(path)}`;
    else tree[name] = await readFile(path, 'latin1');
  }
  return sorted(tree);
}

/** The same of the share. */
export async function shareTree(
  { files, directories }: Pick<Setting, 'files' | 'directories'>,
  top = '',
): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for await (const { type, path } of directories.walk({ path: top, includeLeaseRecords: true })) {
    const name = top === '' ? path : path.slice(top.length + 1);
    if (type === 'directory') tree[`${name}/`] = '';
    else tree[name] = Buffer.from((await files.read({ path })).data).toString('latin1');
  }
  return sorted(tree);
}

function sorted(tree: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** When a local file was written to last, in milliseconds. */
export async function modifiedAt(path: string): Promise<number> {
  return (await lstat(path)).mtimeMs;
}
