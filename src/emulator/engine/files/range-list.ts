import { type ByteRange, parseRange } from '../../../core/wire/byte-range.js';
import { type FileRecord, type ShareRecord, type StoreReader, shareKey } from '../../store/store.js';
import type { FileContext } from '../context.js';
import { type Reply, xmlReply } from '../reply.js';
import { invalidHeader, Refusal } from '../service-errors.js';
import { modifiedHeaders } from './entry-headers.js';
import { rootId } from './entry-ids.js';
import { findPlace, readSnapshotTime } from './lookup.js';

/** List Ranges: what is allocated, or what was changed and cleared since a snapshot. */
export function listRanges(context: FileContext): Reply {
  const { file, query } = context;
  const range = readRange(context);
  const previous = query.get('prevsharesnapshot');
  const elements =
    previous === undefined
      ? file.content.allocated(range).map((span) => rangeXml('Range', span))
      : changesSince(context, { previous, range });
  const headers = modifiedHeaders(file.etag).set('x-ms-content-length', String(file.size));
  return xmlReply(elements.length === 0 ? '<Ranges />' : `<Ranges>${elements.join('')}</Ranges>`, headers);
}

function readRange({ headers, file }: FileContext): ByteRange {
  const name = headers.has('x-ms-range') ? 'x-ms-range' : 'Range';
  const text = headers.get(name);
  if (text === undefined) return { start: 0, end: file.size };
  const asked = parseRange(text);
  if (asked === undefined) throw invalidHeader(name, text);
  if (asked.start >= file.size) {
    throw new Refusal('InvalidRange', { headers: { 'Content-Range': `bytes */${file.size}` } });
  }
  return { start: asked.start, end: Math.min(asked.end ?? file.size, file.size) };
}

function changesSince(context: FileContext, asked: { previous: string; range: ByteRange }): string[] {
  const { store, account, shareName, file } = context;
  const time = readSnapshotTime('prevsharesnapshot', asked.previous);
  const snapshot = store.share(account, shareKey(shareName, time));
  if (snapshot === undefined) throw new Refusal('ShareNotFound');
  checkSameFile(context, snapshot);
  const { changed, cleared } = file.content.changesSince(snapshot.epoch, asked.range);
  const spans = [
    ...changed.map((span) => ({ start: span.start, xml: rangeXml('Range', span) })),
    ...cleared.map((span) => ({ start: span.start, xml: rangeXml('ClearRange', span) })),
  ];
  return spans.sort((a, b) => a.start - b.start).map(({ xml }) => xml);
}

/** The snapshot must have this very file: under the same path, or anywhere when renames are to be followed. */
function checkSameFile({ store, file, path, headers }: FileContext, snapshot: ShareRecord): void {
  const before = atPath(store, snapshot, path);
  if (before?.id === file.id) return;
  const followsRenames = headers.get('x-ms-file-support-rename')?.toLowerCase() === 'true';
  if (followsRenames && hasFile(store, snapshot, file.id)) return;
  throw new Refusal(before === undefined ? 'PreviousSnapshotNotFound' : 'FileGenerationMismatch');
}

function atPath(
  store: StoreReader,
  { volume }: ShareRecord,
  path: readonly string[],
): FileRecord | undefined {
  try {
    const { existing } = findPlace(store, volume, path);
    return existing?.kind === 'file' ? existing : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function hasFile(store: StoreReader, { volume }: ShareRecord, id: string): boolean {
  const directories = [rootId];
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    for (const entry of store.entries(volume, next, '')) {
      if (entry.id === id) return true;
      if (entry.kind === 'directory') directories.push(entry.id);
    }
  }
  return false;
}

function rangeXml(name: string, { start, end }: ByteRange): string {
  return `<${name}><Start>${start}</Start><End>${end - 1}</End></${name}>`;
}
