import {
  changed,
  clear,
  copyTold,
  create,
  directory,
  directoryId,
  file,
  fileTold,
  firstFile,
  lease,
  origin,
  refused,
  rename,
  type Scenario,
  secondFile,
  share,
  update,
  written,
} from './vocabulary.js';

/** Facts about copies, renames, what they leave behind, and dots at the ends of names. */
export const moveFacts: readonly Scenario[] = [
  [
    'a copy with SMB options, 2023',
    '2021-10-04',
    [
      share,
      directory,
      file('f', 1024),
      {
        send: [
          'PUT',
          '/share/copy',
          {
            'x-ms-copy-source': `${origin}/share/f`,
            'x-ms-file-attributes': 'Hidden|System',
            'x-ms-file-creation-time': '2011-10-05T14:48:00.0000000Z',
            'x-ms-file-change-time': '2011-10-05T14:48:00.0000000Z',
            'x-ms-file-last-write-time': 'source',
            'x-ms-file-copy-ignore-readonly': 'false',
            'x-ms-file-copy-set-archive': 'false',
          },
        ],
        status: 202,
        names: [...changed, 'x-ms-copy-id', 'x-ms-copy-status'],
        values: { 'x-ms-copy-status': 'success' },
      },
      {
        send: ['HEAD', '/share/copy'],
        status: 200,
        names: [...fileTold, ...copyTold, 'content-type'],
        values: {
          'x-ms-copy-progress': '1024/1024',
          'x-ms-file-attributes': 'Hidden | System',
          'x-ms-file-creation-time': '2011-10-05T14:48:00.0000000Z',
          'x-ms-file-change-time': '2011-10-05T14:48:00.0000000Z',
          'x-ms-file-id': secondFile,
        },
        same: { 'x-ms-file-last-write-time': 2, etag: 3, 'x-ms-copy-id': 3 },
      },
      {
        send: ['PUT', '/share/copy?comp=copy&copyid=id', { 'x-ms-copy-action': 'abort' }],
        status: 400,
        code: 'InvalidQueryParameterValue',
      },
      {
        send: ['PUT', `/share/copy?comp=copy&copyid=${lease}`, { 'x-ms-copy-action': 'abort' }],
        ...refused(409, 'NoPendingCopyOperation', 236),
      },
    ],
  ],
  [
    'renames onto what is there, 2023',
    '2021-10-04',
    [
      share,
      directory,
      file('from', 1024, { 'x-ms-file-parent-id': '0' }),
      {
        send: ['PUT', '/share/to', create(2048, { 'x-ms-file-attributes': 'ReadOnly' })],
        status: 201,
        values: { 'x-ms-file-attributes': 'ReadOnly | Archive', 'x-ms-file-id': secondFile },
      },
      {
        send: ['PUT', '/share/to?comp=rename', rename('from')],
        ...refused(409, 'ResourceAlreadyExists', 228),
      },
      {
        send: [
          'PUT',
          '/share/to?comp=rename',
          rename('from', {
            'x-ms-file-rename-replace-if-exists': 'true',
            'x-ms-file-rename-ignore-readonly': 'false',
          }),
        ],
        ...refused(409, 'ReadOnlyAttribute', 258),
      },
      {
        send: [
          'PUT',
          '/share/to?comp=rename',
          rename('from', {
            'x-ms-file-rename-replace-if-exists': 'true',
            'x-ms-file-rename-ignore-readonly': 'true',
          }),
        ],
        status: 200,
        names: written,
        values: { 'x-ms-file-id': firstFile, 'x-ms-file-attributes': 'Archive' },
        same: { 'x-ms-file-creation-time': 2, 'x-ms-file-last-write-time': 2, 'x-ms-file-permission-key': 2 },
      },
      { send: ['HEAD', '/share/from'], status: 404, code: 'ResourceNotFound', names: ['x-ms-error-code'] },
    ],
  ],
  [
    'renames of and onto leased files, 2023',
    '2021-10-04',
    [
      share,
      directory,
      file('from', 1024),
      {
        send: [
          'PUT',
          '/share/from?comp=lease',
          { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '-1', 'x-ms-proposed-lease-id': lease },
        ],
        status: 201,
        names: [...changed, 'x-ms-lease-id'],
        values: { 'x-ms-lease-id': lease },
        same: { etag: 2, 'last-modified': 2 },
      },
      { send: ['PUT', '/share/to?comp=rename', rename('from')], ...refused(412, 'LeaseIdMissing', 267) },
      {
        send: ['HEAD', '/share/from'],
        status: 200,
        names: [...fileTold, 'content-type', 'x-ms-lease-duration'],
        values: {
          'x-ms-lease-state': 'leased',
          'x-ms-lease-status': 'locked',
          'x-ms-lease-duration': 'infinite',
        },
      },
      { send: ['PUT', '/share/taken', create(1)], status: 201 },
      {
        send: [
          'PUT',
          '/share/from?comp=rename',
          rename('taken', {
            'x-ms-file-rename-replace-if-exists': 'true',
            'x-ms-destination-lease-id': lease,
          }),
        ],
        status: 200,
        names: written,
      },
      {
        send: ['HEAD', '/share/from'],
        status: 200,
        names: [...fileTold, 'content-type'],
        values: { 'content-length': '1', 'x-ms-lease-state': 'available', 'x-ms-lease-status': 'unlocked' },
      },
    ],
  ],
  [
    'changes of a file that was renamed since the snapshot, 2024',
    '2024-05-04',
    [
      share,
      directory,
      file('dir/f', 2049),
      { send: ['PUT', '/share/dir/f?comp=range', update('bytes=0-4'), 'Hello'], status: 201 },
      {
        send: ['PUT', '/share?restype=share&comp=snapshot'],
        status: 201,
        names: [...changed, 'x-ms-snapshot'],
        same: { etag: 0 },
      },
      {
        send: ['PUT', '/share/g?comp=rename', rename('dir/f')],
        status: 200,
        names: written,
        values: { 'x-ms-file-id': firstFile, 'x-ms-file-parent-id': '0' },
        same: { 'x-ms-file-creation-time': 2, 'x-ms-file-last-write-time': 3 },
      },
      { send: ['PUT', '/share/g?comp=range', clear('bytes=0-1023')], status: 201 },
      {
        send: ['PUT', '/share/g?comp=range', update('bytes=1023-1027'), 'World'],
        status: 201,
        values: { 'content-md5': '9aeSTmIehMkoCpon4by39g==' },
      },
      {
        send: ['GET', '/share/g?comp=rangelist&prevsharesnapshot={snapshot}'],
        ...refused(409, 'PreviousSnapshotNotFound', 229),
      },
      {
        send: [
          'GET',
          '/share/g?comp=rangelist&prevsharesnapshot={snapshot}',
          { 'x-ms-file-support-rename': 'true' },
        ],
        status: 200,
        names: [...changed, 'content-type', 'x-ms-content-length'],
        values: { 'x-ms-content-length': '2049' },
        body: '<Ranges><ClearRange><Start>0</Start><End>511</End></ClearRange><Range><Start>512</Start><End>1535</End></Range></Ranges>',
      },
    ],
  ],
  [
    'dots at the ends of names, 2023',
    '2022-11-02',
    [
      share,
      {
        send: ['PUT', '/share/d....?restype=directory', { 'x-ms-allow-trailing-dot': 'true' }],
        status: 201,
        names: written,
        values: { 'x-ms-file-id': directoryId },
      },
      {
        send: ['PUT', '/share/d..../f....', create(1024, { 'x-ms-allow-trailing-dot': 'true' })],
        status: 201,
        names: written,
      },
      {
        send: [
          'PUT',
          '/share/d..../copy...',
          {
            'x-ms-copy-source': `${origin}/share/d..../f....`,
            'x-ms-allow-trailing-dot': 'true',
            'x-ms-source-allow-trailing-dot': 'true',
          },
        ],
        status: 202,
        names: [...changed, 'x-ms-copy-id', 'x-ms-copy-status'],
      },
      {
        send: ['GET', '/share/d....?restype=directory&comp=list', { 'x-ms-allow-trailing-dot': 'true' }],
        status: 200,
        names: ['content-type'],
        body:
          `<EnumerationResults ServiceEndpoint="${origin}/" ShareName="share" DirectoryPath="d....">` +
          `<DirectoryId>${directoryId}</DirectoryId><Entries>` +
          `<File><Name>copy...</Name><FileId>${secondFile}</FileId><Properties><Content-Length>1024</Content-Length></Properties></File>` +
          `<File><Name>f....</Name><FileId>${firstFile}</FileId><Properties><Content-Length>1024</Content-Length></Properties></File>` +
          '</Entries><NextMarker /></EnumerationResults>',
      },
      {
        send: ['HEAD', '/share/d..../copy...', { 'x-ms-allow-trailing-dot': 'true' }],
        status: 200,
        names: [...fileTold, ...copyTold, 'content-type'],
        values: { 'x-ms-copy-source': `${origin}/share/d..../f....` },
      },
    ],
  ],
];
