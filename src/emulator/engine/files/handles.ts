import { HttpHeaders } from '../../../core/http/headers.js';
import { optionalXmlElement } from '../../../core/wire/xml.js';
import type { EntryContext } from '../context.js';
import { emptyReply, type Reply, xmlReply } from '../reply.js';
import { invalidHeader, invalidQuery, missingHeader } from '../service-errors.js';
import { readMaxResults } from './listing.js';

const failuresSince = '2019-07-07';
const maxHandleId = 2n ** 64n - 1n;

/**
 * List Handles of a directory or a file. Handles are opened over SMB, which the emulator does not speak: there are none.
 */
export function listHandles(context: EntryContext): Reply {
  readMaxResults(context);
  readRecursive(context);
  refuseMarker(context);
  return xmlReply(
    `<EnumerationResults>${optionalXmlElement('MaxResults', context.query.get('maxresults'))}<Entries /><NextMarker /></EnumerationResults>`,
  );
}

/** Force Close Handles: closes none, because there is none. */
export function forceCloseHandles(context: EntryContext): Reply {
  readHandleId(context);
  readRecursive(context);
  refuseMarker(context);
  const headers = new HttpHeaders().set('x-ms-number-of-handles-closed', '0');
  if (context.version >= failuresSince) headers.set('x-ms-number-of-handles-failed', '0');
  return emptyReply(200, headers);
}

function readRecursive({ headers }: EntryContext): void {
  const text = headers.get('x-ms-recursive');
  if (text !== undefined && !/^(?:true|false)$/i.test(text)) throw invalidHeader('x-ms-recursive', text);
}

/** A list without entries has no second page, so no marker was ever handed out. */
function refuseMarker({ query }: EntryContext): void {
  const marker = query.get('marker') ?? '';
  if (marker !== '') throw invalidQuery('marker', marker);
}

function readHandleId({ headers }: EntryContext): void {
  const text = headers.get('x-ms-handle-id');
  if (text === undefined) throw missingHeader('x-ms-handle-id');
  if (text === '*') return;
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > maxHandleId) throw invalidHeader('x-ms-handle-id', text);
}
