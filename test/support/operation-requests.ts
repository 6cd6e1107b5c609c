import { type Sent, ShareRequests } from './share-requests.js';
import { account, serviceSas } from './signatures.js';

/** A request for one operation, that succeeds for who may carry it out in the share that {@link preparedShare} makes. */
export interface OperationRequest {
  /** REST name of the operation; what stands in brackets tells cases of one operation apart. */
  readonly name: string;
  readonly sent: Sent;
  /** The file below the share that it addresses; absent = none. */
  readonly file?: string;
  /** Does its share have to be there. @defaultValue true */
  readonly status?: number;
}

const made = { 'x-ms-type': 'file', 'x-ms-content-length': '8' };
const properties = 'x-ms-file-attributes';
const origin = `http://127.0.0.1:10003/${account}`;
const source = `${origin}/share/source?${serviceSas({ share: 'share', file: 'source' }, { sp: 'r' })}`;
const moved = (path: string) => ({
  'x-ms-file-rename-source': `${origin}/share/${path}?${serviceSas({ share: 'share' }, { sp: 'r' })}`,
});
const lease = { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '-1' };
const descriptor = JSON.stringify({
  permission:
    'O:S-1-5-21-2127521184-1604012920-1887927527-21560751G:S-1-5-21-2127521184-1604012920-1887927527-513D:AI(A;;FA;;;SY)(A;;FA;;;BA)',
});
const serviceProperties =
  '<?xml version="1.0" encoding="utf-8"?><StorageServiceProperties><Cors></Cors></StorageServiceProperties>';
const keyInfo = '<KeyInfo><Expiry>2026-03-03</Expiry></KeyInfo>';

const service = (name: string, method: string, query: string, body?: string): OperationRequest => ({
  name,
  sent: { method, target: `/?${query}`, ...(body !== undefined && { body }) },
});
const onShare = (
  name: string,
  method: string,
  query: string,
  more: Partial<Sent> = {},
): OperationRequest => ({
  name,
  sent: { method, target: `/share?restype=share${query}`, ...more },
});
const onDirectory = (
  name: string,
  method: string,
  path: string,
  more: Partial<Sent> = {},
): OperationRequest => ({
  name,
  sent: { method, target: `/share/${path}`, ...more },
});
const onFile = (
  name: string,
  method: string,
  [file, query = '']: readonly [file: string, query?: string],
  more: Partial<Sent> = {},
): OperationRequest => ({ name, sent: { method, target: `/share/${file}${query}`, ...more }, file });

/** Every operation of the File service that the emulator has. */
export const operationRequests: readonly OperationRequest[] = [
  service('ListShares', 'GET', 'comp=list'),
  service('GetFileServiceProperties', 'GET', 'restype=service&comp=properties'),
  service('SetFileServiceProperties', 'PUT', 'restype=service&comp=properties', serviceProperties),
  service('GetUserDelegationKey', 'POST', 'restype=service&comp=userdelegationkey', keyInfo),

  { name: 'CreateShare', sent: { method: 'PUT', target: '/fresh?restype=share' } },
  onShare('GetShareProperties', 'GET', ''),
  onShare('SetShareProperties', 'PUT', '&comp=properties', { headers: { 'x-ms-share-quota': '10' } }),
  onShare('DeleteShare', 'DELETE', ''),
  { name: 'UndeleteShare', sent: { method: 'PUT', target: '/deleted?restype=share&comp=undelete' } },
  onShare('GetShareMetadata', 'GET', '&comp=metadata'),
  onShare('SetShareMetadata', 'PUT', '&comp=metadata'),
  onShare('GetShareACL', 'GET', '&comp=acl'),
  onShare('SetShareACL', 'PUT', '&comp=acl'),
  onShare('GetShareStats', 'GET', '&comp=stats'),
  onShare('SnapshotShare', 'PUT', '&comp=snapshot'),
  onShare('LeaseShare', 'PUT', '&comp=lease', { headers: lease }),
  onShare('CreatePermission', 'PUT', '&comp=filepermission', { body: descriptor }),
  onShare('GetPermission', 'GET', '&comp=filepermission'),

  onDirectory('CreateDirectory', 'PUT', 'new?restype=directory'),
  onDirectory('GetDirectoryProperties', 'GET', 'd?restype=directory'),
  onDirectory('SetDirectoryProperties', 'PUT', 'd?restype=directory&comp=properties', {
    headers: { [properties]: 'Hidden' },
  }),
  onDirectory('GetDirectoryMetadata', 'GET', 'd?restype=directory&comp=metadata'),
  onDirectory('SetDirectoryMetadata', 'PUT', 'd?restype=directory&comp=metadata'),
  onDirectory('DeleteDirectory', 'DELETE', 'd?restype=directory'),
  onDirectory('RenameDirectory', 'PUT', 'new?restype=directory&comp=rename', { headers: moved('d') }),
  onDirectory('ListDirectoriesAndFiles', 'GET', 'd?restype=directory&comp=list'),
  onDirectory('ListDirectoriesAndFiles (of the root)', 'GET', '?restype=directory&comp=list'),

  onFile('CreateFile (new)', 'PUT', ['new'], { headers: made }),
  onFile('CreateFile (existing)', 'PUT', ['f'], { headers: made }),
  onFile('GetFile', 'GET', ['f']),
  onFile('GetFileProperties', 'HEAD', ['f']),
  onFile('DeleteFile', 'DELETE', ['f']),
  onFile('SetFileProperties', 'PUT', ['f', '?comp=properties'], { headers: { [properties]: 'Hidden' } }),
  onFile('GetFileMetadata', 'GET', ['f', '?comp=metadata']),
  onFile('SetFileMetadata', 'PUT', ['f', '?comp=metadata']),
  onFile('PutRange', 'PUT', ['f', '?comp=range'], {
    headers: { 'x-ms-write': 'update', 'x-ms-range': 'bytes=0-3' },
    body: 'data',
  }),
  onFile('PutRange (clear)', 'PUT', ['f', '?comp=range'], {
    headers: { 'x-ms-write': 'clear', 'x-ms-range': 'bytes=0-3' },
  }),
  onFile('PutRangeFromURL', 'PUT', ['f', '?comp=range'], {
    headers: {
      'x-ms-write': 'update',
      'x-ms-range': 'bytes=0-3',
      'x-ms-source-range': 'bytes=0-3',
      'x-ms-copy-source': source,
    },
  }),
  onFile('ListRanges', 'GET', ['f', '?comp=rangelist']),
  onFile('CopyFile (new)', 'PUT', ['new'], { headers: { 'x-ms-copy-source': source } }),
  onFile('CopyFile (existing)', 'PUT', ['f'], { headers: { 'x-ms-copy-source': source } }),
  // There is never a copy to be aborted: who may ask is told so.
  { ...onFile('AbortCopyFile', 'PUT', ['f', '?comp=copy']), status: 400 },
  onFile('LeaseFile', 'PUT', ['f', '?comp=lease'], { headers: lease }),
  onFile('RenameFile', 'PUT', ['new', '?comp=rename'], { headers: moved('f') }),
  onFile('ListHandles', 'GET', ['f', '?comp=listhandles']),
  onDirectory('ListHandles (of a directory)', 'GET', 'd?comp=listhandles'),
  onFile('ForceCloseHandles', 'PUT', ['f', '?comp=forceclosehandles'], {
    headers: { 'x-ms-handle-id': '*' },
  }),
];

/** The share that the requests above expect, and the version of the deleted one. */
export async function preparedShare(requests: ShareRequests): Promise<void> {
  await requests.createShare();
  await requests.createDirectory('d');
  for (const path of ['f', 'source']) await requests.createFile(path, 8);
}

/** What a request needs that is known only when its share is there. */
export async function completed(requests: ShareRequests, { name, sent }: OperationRequest): Promise<Sent> {
  switch (name) {
    case 'GetPermission': {
      const created = await requests.put('/share?restype=share&comp=filepermission', {}, descriptor);
      const key = created.headers.get('x-ms-file-permission-key') ?? '';
      return { ...sent, headers: { 'x-ms-file-permission-key': key } };
    }
    case 'UndeleteShare': {
      await requests.createShare('deleted');
      await requests.delete('/deleted?restype=share');
      await requests.clock.advance(30_000);
      const list = (await requests.get('/?comp=list&include=deleted&prefix=deleted')).text;
      const version = /<Version>([^<]*)<\/Version>/.exec(list)?.[1] ?? '';
      return {
        ...sent,
        headers: { 'x-ms-deleted-share-name': 'deleted', 'x-ms-deleted-share-version': version },
      };
    }
    default:
      return sent;
  }
}

/** A fresh service with that share. */
export async function freshShare(
  settings: ConstructorParameters<typeof ShareRequests>[2] = {},
): Promise<ShareRequests> {
  const requests = new ShareRequests('2026-04-06', [account], { shareRetentionDays: 7, ...settings });
  await preparedShare(requests);
  return requests;
}
