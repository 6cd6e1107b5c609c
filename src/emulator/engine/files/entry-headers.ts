import { HttpHeaders } from '../../../core/http/headers.js';
import { epochMsOf, formatRfc1123 } from '../../../core/wire/dates.js';
import { formatEtag } from '../identity.js';

let lastTicks = -1n;
let lastEtag = '';
let lastModified = '';

/** Headers with the ETag and the Last-Modified of that moment. Remembers the last one: busy files are asked for again. */
export function modifiedHeaders(ticks: bigint): HttpHeaders {
  if (ticks !== lastTicks) {
    lastTicks = ticks;
    lastEtag = formatEtag(ticks);
    lastModified = formatRfc1123(epochMsOf(ticks));
  }
  return new HttpHeaders().set('ETag', lastEtag).set('Last-Modified', lastModified);
}
