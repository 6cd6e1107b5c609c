import {
  changed,
  clear,
  create,
  defaults,
  directory,
  directoryId,
  encrypted,
  file,
  fileTold,
  lease,
  refused,
  type Scenario,
  share,
  update,
  written,
} from './vocabulary.js';

/** Facts about properties, ranges and leases of files. */
export const fileFacts: readonly Scenario[] = [
  [
    'properties set without a header, 2023',
    '2021-10-04',
    [
      share,
      directory,
      file('dir/f', 11, { 'x-ms-file-parent-id': directoryId }),
      {
        send: [
          'PUT',
          '/share/dir/f?comp=properties',
          Object.fromEntries(Object.keys(defaults).map((name) => [name, 'preserve'])),
        ],
        status: 200,
        names: written,
        same: { 'x-ms-file-creation-time': 2, 'x-ms-file-last-write-time': 2, 'x-ms-file-permission-key': 2 },
      },
      {
        send: ['HEAD', '/share/dir/f'],
        status: 200,
        names: fileTold,
        values: { 'content-length': '11' },
        same: { etag: 3 },
      },
    ],
  ],
  [
    'length and SMB properties set at once, 2023',
    '2021-10-04',
    [
      share,
      directory,
      file('f', 11),
      {
        send: [
          'PUT',
          '/share/f?comp=properties',
          {
            'x-ms-content-length': '1',
            'x-ms-file-attributes':
              'ReadOnly|Hidden|System|Temporary|Archive|Offline|NotContentIndexed|NoScrubData',
            'x-ms-file-change-time': '2019-10-25T14:48:00.0000000Z',
            'x-ms-file-permission': 'preserve',
          },
        ],
        status: 200,
        names: written,
        values: {
          'x-ms-file-attributes':
            'ReadOnly | Hidden | System | Archive | Temporary | Offline | NotContentIndexed | NoScrubData',
          'x-ms-file-change-time': '2019-10-25T14:48:00.0000000Z',
        },
      },
      {
        send: ['HEAD', '/share/f'],
        status: 200,
        names: [...fileTold, 'content-type'],
        values: { 'content-length': '1', 'content-type': 'application/octet-stream' },
      },
    ],
  ],
  [
    'ranges written and cleared, 2023',
    '2021-10-04',
    [
      share,
      directory,
      file('f', 10),
      {
        send: ['PUT', '/share/f?comp=range', update('bytes=0-4'), 'Hello'],
        status: 201,
        names: [...changed, 'content-md5', 'x-ms-file-last-write-time', encrypted],
        values: { 'content-md5': 'ixqZU8RhEpaoJ6v4xHgE1w==' },
      },
      {
        send: ['PUT', '/share/f?comp=range', clear('bytes=1-4', { 'x-ms-file-last-write-time': 'Preserve' })],
        status: 201,
        names: [...changed, 'x-ms-file-last-write-time'],
        same: { 'x-ms-file-last-write-time': 3 },
      },
      {
        send: ['GET', '/share/f'],
        status: 200,
        names: [...fileTold, 'accept-ranges', 'content-type'],
        same: { etag: 4, 'x-ms-file-last-write-time': 3 },
        body: `H${'\0'.repeat(9)}`,
      },
    ],
  ],
  [
    'leases of a file, 2019',
    '2019-02-02',
    [
      share,
      { send: ['PUT', '/share/f', create(11)], status: 201, names: written },
      {
        send: ['PUT', '/share/f?comp=lease', { 'x-ms-lease-action': 'break' }],
        ...refused(409, 'LeaseNotPresentWithLeaseOperation', 242),
      },
      {
        send: [
          'PUT',
          '/share/f?comp=lease',
          { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '-1', 'x-ms-proposed-lease-id': lease },
        ],
        status: 201,
        names: [...changed, 'x-ms-lease-id'],
        same: { etag: 1 },
      },
      {
        send: ['GET', '/share/f?comp=rangelist', { 'x-ms-lease-id': lease }],
        status: 200,
        names: [...changed, 'content-type', 'x-ms-content-length'],
        values: { 'x-ms-content-length': '11' },
        body: '<Ranges />',
      },
      {
        send: ['GET', '/share/f?comp=rangelist', { 'x-ms-lease-id': 'dd546272-0e38-4088-947c-81d00541e6a3' }],
        ...refused(412, 'LeaseIdMismatchWithFileOperation', 264),
      },
      {
        send: ['HEAD', '/share/f', { 'x-ms-lease-id': 'dd546272-0e38-4088-947c-81d00541e6a3' }],
        status: 412,
        code: 'LeaseIdMismatchWithFileOperation',
        names: ['x-ms-error-code'],
      },
    ],
  ],
];
