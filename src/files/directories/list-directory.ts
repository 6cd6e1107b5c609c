import { type PagedIterable, pagedIterable } from '../../core/pages.js';
import { type FilesContext, locateDirectory, send } from '../context.js';
import type { ListDirectoryRequest } from '../requests.js';
import type { DirectoryEntry, DirectoryListing } from '../types.js';
import { bufferedText } from '../wire/answers.js';
import { listDirectoryRequest } from '../wire/directory-wire.js';
import { countEntries, readListing } from '../wire/listing-reader.js';

/** See `DirectoryService.list`. */
export async function listDirectory(
  context: FilesContext,
  request: ListDirectoryRequest,
): Promise<DirectoryListing> {
  const at = locateDirectory(context, request.share, request.path ?? '');
  const wire = {
    ...listDirectoryRequest(at, request),
    attributesOf: (response: Parameters<typeof bufferedText>[0]) => ({
      count: countEntries(bufferedText(response)),
    }),
  };
  return readListing(bufferedText(await send(context, wire, request)), at);
}

/** See `DirectoryService.listAll`. */
export function listAllEntries(
  context: FilesContext,
  request: ListDirectoryRequest,
): PagedIterable<DirectoryEntry, DirectoryListing> {
  return pagedIterable({
    start: request.marker,
    fetch: (marker) => listDirectory(context, { ...request, marker }),
    items: (page) => page.entries,
    next: (page) => page.nextMarker,
  });
}
