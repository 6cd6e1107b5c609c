import { AutoRenewingLease, Lease } from '../../../src/files/index.js';

/** Why a value is not of a shape, or `undefined`. */
export type Shape = (value: unknown) => string | undefined;

const check =
  (what: string, test: (value: unknown) => boolean): Shape =>
  (value) =>
    test(value) ? undefined : `${what} expected, got ${typeof value} ${String(value).slice(0, 100)}`;

export const text = check('text', (value) => typeof value === 'string');
export const someText = check('text that is not empty', (value) => typeof value === 'string' && value !== '');
export const flag = check('a boolean', (value) => typeof value === 'boolean');
export const nothing = check('undefined', (value) => value === undefined);
export const date = check('a date', (value) => value instanceof Date && !Number.isNaN(value.getTime()));
export const bytes = check('bytes', (value) => value instanceof Uint8Array);
export const size = check('a size', (value) => Number.isSafeInteger(value) && (value as number) >= 0);
export const oneOf = (...values: readonly unknown[]) =>
  check(`one of ${values}`, (value) => values.includes(value));

/** Names and values, in an object that has no others. */
export const metadata: Shape = (value) => {
  if (typeof value !== 'object' || value === null) return 'metadata expected';
  if (Object.getPrototypeOf(value) !== null) return 'metadata with a prototype';
  return Object.values(value).every((each) => typeof each === 'string')
    ? undefined
    : 'metadata that is no text';
};

/** An object with these fields, perhaps those, and no others; a field is absent rather than `undefined`. */
export function object(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return (value) => {
    if (typeof value !== 'object' || value === null) return `an object expected, got ${String(value)}`;
    const record = value as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(required)) if (!Object.hasOwn(record, name)) return `${name} is missing`;
    for (const [name, field] of Object.entries(record)) {
      const shape = required[name] ?? optional[name];
      const fault = shape === undefined ? 'is not a field' : shape(field);
      if (fault !== undefined) return `${name}: ${fault}`;
    }
    return undefined;
  };
}

export function list(item: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) return 'a list expected';
    for (const each of value) {
      const fault = item(each);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

export const either =
  (...shapes: readonly Shape[]): Shape =>
  (value) => {
    const faults = shapes.map((shape) => shape(value));
    return faults.includes(undefined) ? undefined : faults.join(' or ');
  };

const smb = object(
  {},
  {
    ...{ attributes: text, creationTime: text, lastWriteTime: text, changeTime: text },
    ...{ permissionKey: text, fileId: text, parentId: text },
  },
);
const lease = object(
  {
    state: oneOf('available', 'leased', 'breaking', 'broken', 'expired'),
    status: oneOf('locked', 'unlocked'),
  },
  { duration: oneOf('infinite', 'fixed') },
);
const progress = { bytesCopied: size, bytesTotal: size };
const copyStatuses = (more: Readonly<Record<string, Shape>>) =>
  either(
    object({ status: oneOf('success', 'pending'), copyId: text }, { ...progress, ...more }),
    object({ status: oneOf('aborted'), copyId: text }, more),
    object({ status: oneOf('failed'), copyId: text, reason: text }, more),
  );
const version = { etag: text, lastModified: date };
const place = { share: someText, path: text };
const range = object({ start: size, end: size });

const fileInfo = object({ ...place, size, ...version, metadata }, { contentType: text });
const fileProperties = object(
  { size, ...version, metadata, smb, serverEncrypted: flag },
  {
    ...{ contentType: text, contentEncoding: text, contentLanguage: text, contentDisposition: text },
    ...{
      cacheControl: text,
      contentMd5: text,
      lease,
      copy: copyStatuses({ source: text, completedAt: date }),
    },
  },
);
const change = object({ ...version, smb });
const renamed = object({ ...version, smb, ...place });
const entry = either(
  object({ type: oneOf('file'), name: someText, ...place, size, ...version, smb }),
  object({ type: oneOf('directory'), name: someText, ...place, ...version, smb }),
);
const content = object({ data: bytes, properties: fileProperties, etag: text });
const shareItem = object(
  { name: text, deleted: flag, ...version, quotaGiB: size, metadata },
  { snapshot: text, accessTier: text, enabledProtocols: text, lease },
);
const shareProperties = object(
  { ...version, quotaGiB: size, metadata },
  {
    ...{ accessTier: text, enabledProtocols: text, rootSquash: text, lease },
    ...{ provisionedIops: size, provisionedIngressMiBps: size, provisionedEgressMiBps: size },
    provisionedBandwidthMiBps: size,
  },
);
const copyStatus = copyStatuses({});
const held: Shape = (value) =>
  value instanceof Lease || value instanceof AutoRenewingLease ? undefined : 'a lease expected';
const inspection = object(
  {
    ...place,
    stale: flag,
    state: oneOf('available', 'leased', 'breaking', 'broken', 'expired'),
    status: oneOf('locked', 'unlocked'),
  },
  {
    duration: oneOf('infinite', 'fixed'),
    record: object(
      {
        durationSeconds: check(
          'a duration',
          (value) => value === -1 || (Number(value) >= 15 && Number(value) <= 60),
        ),
        holder: text,
        renewed: size,
      },
      { ageMs: size },
    ),
  },
);

function leaseShapes(service: string): Record<string, Shape> {
  return {
    [`${service}: acquire`]: held,
    [`${service}: tryAcquire`]: either(held, nothing),
    [`${service}: acquireAutoRenewing`]: held,
    [`${service}: renew`]: nothing,
    [`${service}: change`]: held,
    [`${service}: release`]: nothing,
    [`${service}: breakLease`]: size,
    [`${service}: inspect`]: inspection,
    [`${service}: withLock`]: nothing,
  };
}

/** What each operation of the client gives, as its type says. */
export const resultShapes: Readonly<Record<string, Shape>> = {
  'files: create': fileInfo,
  'files: createIfNotExists': fileInfo,
  'files: read': content,
  'files: read of a range': content,
  'files: read in a share': content,
  'files: write': nothing,
  'files: write of a new file': nothing,
  'files: write at an offset': nothing,
  'files: atomic write': nothing,
  'files: writeIfMatch': object(version),
  'files: updateIfMatch': object({ ...version, updated: flag, data: bytes }),
  'files: append': object({ ...version, offset: size, size }),
  'files: clearRange': nothing,
  'files: listRanges': object({ size, ...version, ranges: list(range), clearedRanges: list(range) }),
  'files: resize': change,
  'files: delete': nothing,
  'files: deleteIfExists': flag,
  'files: exists': flag,
  'files: getProperties': fileProperties,
  'files: setProperties': change,
  'files: getMetadata': metadata,
  'files: setMetadata': nothing,
  'files: copy': copyStatus,
  'files: copyFromUrl': copyStatus,
  'files: waitForCopy': copyStatuses({ source: text, completedAt: date }),
  'files: abortCopy': nothing,
  'files: rename': renamed,
  'directories: create': object({ ...place, ...version, metadata }),
  'directories: createIfNotExists': object({ created: flag }),
  'directories: ensure': object({ created: flag }),
  'directories: delete': nothing,
  'directories: deleteIfExists': flag,
  'directories: exists': flag,
  'directories: list': object({ entries: list(entry) }, { nextMarker: someText }),
  'directories: listAll': list(entry),
  'directories: walk': list(entry),
  'directories: deleteRecursive': object({ filesDeleted: size, directoriesDeleted: size, alreadyGone: size }),
  'directories: rename': renamed,
  'directories: getProperties': object({ ...version, metadata, smb, serverEncrypted: flag }),
  'directories: setProperties': change,
  'directories: setMetadata': nothing,
  'shares: list': list(shareItem),
  'shares: getProperties': shareProperties,
  'shares: getStatistics': object({ usageBytes: size }),
  ...leaseShapes('leases of files'),
  ...leaseShapes('leases of shares'),
  'streaming: uploadStream': fileInfo,
  'streaming: atomic uploadStream': fileInfo,
  'streaming: downloadStream': bytes,
  'streaming: downloadRange': bytes,
  'streaming: uploadFrom': fileInfo,
  'streaming: downloadTo': fileProperties,
};
