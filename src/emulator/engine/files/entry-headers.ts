import { HttpHeaders } from '../../../core/http/headers.js';
import { epochMsOf, formatRfc1123 } from '../../../core/wire/dates.js';
import { formatEtag } from '../identity.js';

/** Headers with the ETag and the Last-Modified of that moment. */
export function modifiedHeaders(ticks: bigint): HttpHeaders {
  return new HttpHeaders()
    .set('ETag', formatEtag(ticks))
    .set('Last-Modified', formatRfc1123(epochMsOf(ticks)));
}
