import type { HttpHeaders } from '../../../src/core/http/headers.js';
import { parseXml, type XmlElement, xmlText } from '../../../src/core/wire/xml.js';
import { serviceErrors } from '../../../src/emulator/engine/service-errors.js';
import type { GeneratedRequest } from './requests.js';

/** An answer, read whole. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly bytes: Uint8Array;
}

const successes: ReadonlySet<number> = new Set([200, 201, 202, 204, 206]);
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 409, 411, 412, 413, 416]);
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What HTTP lets a value be: anything else could end the header, or the head. */
const headerValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What is wrong with an answer, whatever was asked; `undefined` when nothing is. */
export function faultOf(request: GeneratedRequest, answer: ReadAnswer): string | undefined {
  const { status } = answer;
  if (!successes.has(status) && !refusals.has(status)) return `the status ${status}`;
  return (
    headersFault(answer.headers) ??
    lengthFault(request, answer) ??
    (status < 300 ? successFault(request, answer) : refusalFault(request, answer))
  );
}

function headersFault(headers: HttpHeaders): string | undefined {
  for (const [name, value] of headers) {
    if (!headerName.test(name)) return `a header named ${JSON.stringify(name)}`;
    if (!headerValue.test(value)) return `the header ${name} is ${JSON.stringify(value)}`;
  }
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(headers.get('x-ms-request-id') ?? ''))
    return 'no request id';
  return headers.has('date') ? undefined : 'no date';
}

/** The answer to a HEAD tells the length of what it leaves out. */
function lengthFault(request: GeneratedRequest, { status, headers, bytes }: ReadAnswer): string | undefined {
  const length = headers.get('content-length');
  if (status === 204 || request.method === 'HEAD')
    return bytes.length === 0 ? undefined : 'a body where none may be';
  return length === String(bytes.length) ? undefined : `Content-Length ${length} of ${bytes.length} bytes`;
}

function successFault(request: GeneratedRequest, answer: ReadAnswer): string | undefined {
  const { headers, bytes, status } = answer;
  if (headers.has('x-ms-error-code')) return 'a success with an error code';
  if (status === 206) return partFault(headers, bytes);
  if (headers.get('content-type') !== 'application/xml' || bytes[0] !== 0xef) return undefined;
  if (!/[?&]comp=/.test(request.target)) return undefined;
  const root = documentOf(bytes);
  return typeof root === 'string' ? root : undefined;
}

function partFault(headers: HttpHeaders, bytes: Uint8Array): string | undefined {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '');
  if (range === null) return `Content-Range ${headers.get('content-range')}`;
  const [start, end, size] = range.slice(1).map(Number) as [number, number, number];
  if (end < start || end >= size) return `Content-Range ${range[0]}`;
  return end - start + 1 === bytes.length ? undefined : `${bytes.length} bytes for ${range[0]}`;
}

function refusalFault(request: GeneratedRequest, { status, headers, bytes }: ReadAnswer): string | undefined {
  const frontEnd = headers.get('server') === 'Microsoft-HTTPAPI/2.0';
  const code = headers.get('x-ms-error-code');
  if (code === undefined && !frontEnd) return 'a refusal without a code';
  if (code === 'InternalError') return 'an internal error';
  if (code !== undefined && !Object.hasOwn(serviceErrors, code)) return `the unknown code ${code}`;
  if (request.method === 'HEAD') return undefined;
  const root = documentOf(bytes);
  if (typeof root === 'string') return root;
  if (root.name !== 'Error') return `a document ${root.name}`;
  if (code !== undefined && xmlText(root, 'Code') !== code)
    return `the code ${code} and a document of another one`;
  const told = `RequestId:${headers.get('x-ms-request-id')}\n`;
  if (xmlText(root, 'Message')?.includes(told) !== true) return 'a message without the request id';
  return status >= 400 ? undefined : `a refusal with ${status}`;
}

/** The root of a document, or why it is none. */
function documentOf(bytes: Uint8Array): XmlElement | string {
  let text = '';
  try {
    text = decoder.decode(bytes);
    return parseXml(text, { maxLength: 64 * 1024 * 1024 });
  } catch (error) {
    return `${String(error)} in ${JSON.stringify(text.slice(0, 2000))}`;
  }
}
