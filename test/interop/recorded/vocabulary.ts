/* What recorded answers of the service have in common. Common headers are left out; names are in lower case. */

/** A request, and what the service answered. */
export interface Fact {
  readonly send: readonly [
    method: string,
    target: string,
    headers?: Readonly<Record<string, string>>,
    body?: string,
  ];
  readonly status: number;
  readonly code?: string;
  /** Every header of the answer beside those of all answers; absent = not compared. */
  readonly names?: readonly string[];
  /** Values by header; `undefined` = the header is absent. */
  readonly values?: Readonly<Record<string, string | undefined>>;
  /** Headers that have the value they had in an earlier answer, by its number. */
  readonly same?: Readonly<Record<string, number>>;
  /** The document, without its declaration. */
  readonly body?: string;
}

export const onAll = ['server', 'date', 'x-ms-request-id', 'x-ms-version', 'content-length'];
export const changed = ['etag', 'last-modified'];
export const smb = [
  'permission-key',
  'attributes',
  'creation-time',
  'last-write-time',
  'change-time',
  'id',
  'parent-id',
].map((name) => `x-ms-file-${name}`);
export const encrypted = 'x-ms-request-server-encrypted';
export const written = [...changed, ...smb, encrypted];
export const fileTold = [
  ...changed,
  ...smb,
  'x-ms-server-encrypted',
  'x-ms-type',
  'x-ms-lease-state',
  'x-ms-lease-status',
];
export const copyTold = ['id', 'source', 'status', 'progress', 'completion-time'].map(
  (name) => `x-ms-copy-${name}`,
);
export const errorNames = ['content-type', 'x-ms-error-code'];

export const directoryId = '13835128424026341376';
export const firstFile = '11529285414812647424';
export const secondFile = '16140971433240035328';
export const origin = 'http://127.0.0.1:10003/devstoreaccount1';
export const lease = 'e9890485-bf47-4d9a-b3d0-aceb18506124';

export const create = (size: number, more = {}) => ({
  'x-ms-type': 'file',
  'x-ms-content-length': String(size),
  ...defaults,
  ...more,
});
export const defaults = {
  'x-ms-file-attributes': 'None',
  'x-ms-file-creation-time': 'now',
  'x-ms-file-last-write-time': 'now',
  'x-ms-file-permission': 'inherit',
};
export const rename = (source: string, more = {}) => ({
  'x-ms-file-rename-source': `${origin}/share/${source}`,
  ...more,
});
export const update = (range: string) => ({ 'x-ms-write': 'update', 'x-ms-range': range });
export const clear = (range: string, more = {}) => ({ 'x-ms-write': 'clear', 'x-ms-range': range, ...more });
export const refused = (status: number, code: string, length: number) => ({
  status,
  code,
  names: errorNames,
  values: { 'content-length': String(length), 'content-type': 'application/xml' },
});

export const share: Fact = { send: ['PUT', '/share?restype=share'], status: 201, names: changed };
export const directory: Fact = {
  send: ['PUT', '/share/dir?restype=directory', { ...defaults, 'x-ms-file-attributes': 'Directory' }],
  status: 201,
  names: written,
  values: { 'x-ms-file-attributes': 'Directory', 'x-ms-file-id': directoryId, 'x-ms-file-parent-id': '0' },
};
export const file = (path: string, size: number, values = {}): Fact => ({
  send: ['PUT', `/share/${path}`, create(size)],
  status: 201,
  names: written,
  values: { 'x-ms-file-attributes': 'Archive', 'x-ms-file-id': firstFile, ...values },
});

/** Requests in order, to a service of its own each. */
export type Scenario = readonly [name: string, version: string, facts: readonly Fact[]];
