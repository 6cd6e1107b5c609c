import {
  canonicalizedHeaders,
  canonicalizedResource,
  type SignableRequest,
  stringToSign,
} from '../../core/auth/shared-key.js';
import { HttpHeaders } from '../../core/http/headers.js';

/**
 * The strings to sign that clients in use make of one request. They agree but for four points: which of
 * Content-Encoding and Content-Language comes first, how metadata names with `_` are sorted, whether runs of spaces
 * within a value are folded, and whether a query parameter without a value counts. The first form is the documented one.
 */
export function signableForms(account: string, request: SignableRequest): string[] {
  const forms = new Set<string>();
  for (const target of [request.target, withoutEmptyValues(request.target)]) {
    for (const headers of [request.headers, withSwappedContentHeaders(request.headers)]) {
      const form = stringToSign(account, { method: request.method, target, headers });
      const documented = canonicalizedHeaders(headers);
      for (const variant of headerForms(headers)) forms.add(form.replace(documented, () => variant));
    }
  }
  return [...forms];
}

/** The string to sign of the scheme SharedKeyLite. */
export function stringToSignLite(account: string, request: SignableRequest): string {
  const { headers, target } = request;
  const date = headers.has('x-ms-date') ? '' : (headers.get('date') ?? '');
  const lines = [request.method, headers.get('content-md5') ?? '', headers.get('content-type') ?? '', date];
  const comp = /\ncomp:([^\n]*)/.exec(canonicalizedResource(account, target))?.[1];
  const resource = canonicalizedResource(account, target.split('?', 1)[0] ?? '');
  return `${lines.join('\n')}\n${canonicalizedHeaders(headers)}${resource}${comp === undefined ? '' : `?comp=${comp}`}`;
}

/** Drops parameters whose value is empty or holds another `=`. */
function withoutEmptyValues(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target;
  const kept = target
    .slice(mark + 1)
    .split('&')
    .filter((pair) => /^[^=]+=[^=]+$/.test(pair));
  return kept.length === 0 ? target.slice(0, mark) : `${target.slice(0, mark)}?${kept.join('&')}`;
}

function withSwappedContentHeaders(headers: HttpHeaders): HttpHeaders {
  const encoding = headers.get('content-encoding');
  const language = headers.get('content-language');
  if (encoding === language) return headers;
  return headers
    .clone()
    .set('content-encoding', language ?? '')
    .set('content-language', encoding ?? '');
}

/** What is sorted before digits and letters, in this order; `-` and `'` do not count at first. */
const symbols = '!#$%&*.^_`|~+';

type Entry = readonly [name: string, value: string];

/** The canonical headers, sorted by bytes or by weights, runs of spaces folded or left as they are. */
function headerForms(headers: HttpHeaders): string[] {
  const byBytes = [...headers.lowerCased()].filter(([name]) => name.startsWith('x-ms-'));
  byBytes.sort(([a], [b]) => compare(a, b));
  const byWeights = byBytes.toSorted(([a], [b]) => compare(weights(a), weights(b)) || compare(b, a));
  return [byBytes, byWeights].flatMap((entries) => [
    entries.map(folded).join(''),
    entries.map(left).join(''),
  ]);
}

function folded([name, value]: Entry): string {
  return canonicalizedHeaders(HttpHeaders.of({ [name]: value }));
}

function left([name, value]: Entry): string {
  return `${name}:${value.trim()}\n`;
}

function weights(name: string): string {
  let text = '';
  for (const character of name.replace(/[-']/g, '')) {
    const symbol = symbols.indexOf(character);
    text += symbol < 0 ? character : String.fromCharCode(1 + symbol);
  }
  return text;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
