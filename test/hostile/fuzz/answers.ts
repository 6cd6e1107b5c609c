import type { Call } from '../../../src/core/call.js';
import { NetworkError } from '../../../src/core/errors.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import {
  BodyTooLargeError,
  bufferedBody,
  type HttpRequest,
  type HttpResponse,
  type ResponseBody,
  type Transport,
} from '../../../src/core/http/message.js';
import { serviceErrors } from '../../../src/emulator/engine/service-errors.js';
import type { Chance } from './chance.js';
import { anyCharacter, headerCharacter } from './pools.js';

const numbers = [
  '0',
  '1',
  '-1',
  '5',
  '511',
  '1e9',
  '4398046511104',
  '999999999999999',
  '9'.repeat(30),
  'NaN',
  '',
  '1,1',
  '0x10',
];
const headers: Readonly<Record<string, readonly string[]>> = {
  'Content-Length': numbers,
  'Content-Range': [
    'bytes 0-0/1',
    'bytes 5-1/10',
    'bytes */5',
    'bytes 0-1023/999999999999999',
    'bytes 0-99/1',
    'x',
    '',
  ],
  ETag: ['"a"', '', '"', 'W/"x"', '"0x8D702792C113C3A"', 'x'.repeat(20_000)],
  'Last-Modified': ['Wed, 07 Dec 2022 04:02:49 GMT', 'Wed, 99 Dec 2022 04:02:49 GMT', 'now', '', '0'],
  Date: ['Wed, 07 Dec 2022 04:02:49 GMT', 'x', ''],
  'Content-MD5': ['1B2M2Y8AsgTpgAmY7PhCfg==', 'x', ''],
  'Content-Type': ['text/plain', '', 'application/xml', 'text/html'],
  'Content-Encoding': ['gzip', 'br', ''],
  'Retry-After': ['1', '0', '-1', '999999999', '9'.repeat(30), 'Wed, 07 Dec 2099 04:02:49 GMT', 'soon'],
  Location: ['http://127.0.0.1:9/elsewhere', '//x', ''],
  'x-ms-error-code': [
    '__proto__',
    'constructor',
    '',
    'x'.repeat(20_000),
    '\u009b31m',
    ...Object.keys(serviceErrors),
  ],
  'x-ms-request-id': ['', 'x'.repeat(20_000), '\u009b31m\u0085', '__proto__'],
  'x-ms-content-length': numbers,
  'x-ms-share-quota': numbers,
  'x-ms-lease-time': numbers,
  'x-ms-lease-id': ['', 'x', '11111111-1111-4111-8111-111111111111'],
  'x-ms-lease-state': ['leased', 'available', 'broken', 'Leased', '__proto__', ''],
  'x-ms-lease-status': ['locked', 'unlocked', 'unknown', ''],
  'x-ms-lease-duration': ['infinite', 'fixed', '-1', ''],
  'x-ms-copy-id': ['x', ''],
  'x-ms-copy-status': ['success', 'pending', 'failed', 'aborted', 'lost', '', 'x'.repeat(20_000)],
  'x-ms-copy-progress': ['1/2', '2/1', '1', '9999999999999999/1', 'x'],
  'x-ms-copy-source': ['http://h/a?sig=x', '', 'x'.repeat(20_000)],
  'x-ms-copy-completion-time': ['x', ''],
  'x-ms-file-last-write-time': ['2024-01-02T03:04:05.1234567Z', '0001-01-01', 'x', ''],
  'x-ms-file-attributes': ['Archive', '', 'x'],
  'x-ms-meta-__proto__': ['polluted'],
  'x-ms-meta-duration': [...numbers, '30', '60'],
  'x-ms-meta-renewed': numbers,
  'x-ms-meta-taking': ['true', 'false'],
  'x-ms-meta-azstore_append': ['0', '5', '99999', 'x', ''],
  'x-ms-meta-': ['x'],
  'WWW-Authenticate': ['Bearer', 'Bearer authorization_uri=x', ''],
  'x-ms-server-encrypted': ['false', 'x'],
};
const headerNames = Object.keys(headers);
const statuses = [
  100, 200, 200, 201, 202, 204, 206, 206, 301, 304, 307, 400, 401, 403, 404, 404, 409, 409, 412, 412, 416,
  429, 500, 503, 999,
];

const markers = ['<NextMarker>a</NextMarker>', '<NextMarker />', '<NextMarker>2</NextMarker>'];
const entry = (name: string) =>
  `<File><Name>${name}</Name><Properties><Content-Length>1</Content-Length><Last-Modified>Wed, 07 Dec 2022 04:02:49 GMT</Last-Modified><Etag>"a"</Etag></Properties></File>`;
const listing = (content: string) => `<EnumerationResults>${content}</EnumerationResults>`;
const documents = [
  ...[
    '',
    '<',
    '{}',
    'null',
    '<html><script>alert(1)</script></html>',
    '\u0000',
    '<a/>',
    '\ufeff',
    '<!DOCTYPE a>',
  ],
  '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><EnumerationResults><Entries>&d;</Entries></EnumerationResults>',
  `${'<a>'.repeat(3000)}${'</a>'.repeat(3000)}`,
  `<EnumerationResults ${'a'.repeat(50_000)}="${'b'.repeat(50_000)}"><Entries /></EnumerationResults>`,
  ...['..', '.', '/etc/x', '..\\x', 'a/b', '', 'C:', '\u0085', '__proto__', 'x'.repeat(5000)].map((name) =>
    listing(`<Entries>${entry(name)}</Entries><NextMarker />`),
  ),
  listing(`<Entries>${entry('a').repeat(300)}</Entries><NextMarker />`),
  ...markers.map((marker) => listing(`<Entries />${marker}`)),
  ...markers.map((marker) => listing(`<Shares />${marker}`)),
  listing('<Entries><File><Name Encoded="true">%2e%2e%2f</Name></File></Entries>'),
  listing(
    '<Entries><Directory><Name>d</Name><Properties><Last-Modified>Wed, 07 Dec 2022 04:02:49 GMT</Last-Modified><Etag>a</Etag></Properties></Directory></Entries>',
  ),
  listing(
    '<Shares><Share><Name>a</Name><Properties><Quota>-1</Quota></Properties><Metadata><__proto__>x</__proto__></Metadata></Share></Shares>',
  ),
  '<Ranges><Range><Start>0</Start><End>-1</End></Range></Ranges>',
  '<Ranges><Range><Start>5</Start><End>99999999999999999</End></Range></Ranges>',
  '<ShareStats><ShareUsageBytes>1e9</ShareUsageBytes></ShareStats>',
  '<Error><Code>__proto__</Code><Message>a\u0085\u009bb&#x9b;31m\n<![CDATA[<script>]]></Message><__proto__>x</__proto__></Error>',
  `<Error><Code>${'C'.repeat(30_000)}</Code><Message>${'m'.repeat(30_000)}</Message></Error>`,
  "<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>Server used following string to sign: 'GET\n\u009b\n'</AuthenticationErrorDetail></Error>",
];

/** A service whose answers are wrong now and then. */
export class SpoilingTransport implements Transport {
  readonly #inner: Transport;
  readonly #chance: Chance;
  /** One answer in this many is spoilt. */
  readonly #oneIn: number;
  requests = 0;

  constructor(inner: Transport, chance: Chance) {
    this.#inner = inner;
    this.#chance = chance;
    this.#oneIn = chance.one([1, 1.5, 2, 4]);
  }

  async send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    this.requests += 1;
    if (this.requests > 3000) throw new RangeError('the operation does not end');
    const response = await this.#inner.send(request, call);
    const bytes = await response.body.bytes(1024 * 1024);
    const chance = this.#chance;
    let answer: Answer = {
      status: response.status,
      headers: response.headers.clone(),
      bytes,
      breaksAt: undefined,
    };
    if (chance.once(this.#oneIn)) {
      do answer = spoilt(answer, chance);
      while (chance.once(2));
    }
    if (request.method === 'HEAD' && !chance.once(10)) answer = { ...answer, bytes: new Uint8Array(0) };
    const { status, headers: sent } = answer;
    return {
      status,
      headers: sent,
      body: chance.once(2) ? new PiecewiseBody(answer, call) : bodyOf(answer, call),
    };
  }
}

interface Answer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly bytes: Uint8Array;
  /** Where the body breaks off; `undefined` where it does not. */
  readonly breaksAt: number | undefined;
}

function spoilt(answer: Answer, chance: Chance): Answer {
  const { headers: given, bytes } = answer;
  const present = [...given].map(([name]) => name);
  const name = present.length === 0 ? 'ETag' : chance.one(present);
  switch (chance.below(12)) {
    case 0:
      return { ...answer, status: chance.one(statuses) };
    case 1:
      given.delete(name);
      return answer;
    case 2:
      given.set(
        name,
        chance.damaged(given.get(name) ?? '', () => headerCharacter(chance)),
      );
      return answer;
    case 3:
      given.set(
        name,
        headers[name] === undefined
          ? chance.text(20, () => headerCharacter(chance))
          : chance.one(headers[name]),
      );
      return answer;
    case 4:
      for (const each of [chance.one(headerNames), chance.one(headerNames)])
        given.set(each, chance.one(headers[each] ?? []));
      return answer;
    case 5:
      given.append(name, given.get(name) ?? '');
      return answer;
    case 6:
      return {
        ...answer,
        bytes: Buffer.from(chance.damaged(Buffer.from(bytes).toString('latin1'), () => anyCharacter(chance))),
      };
    case 7:
      return { ...answer, bytes: Buffer.from(chance.one(documents)) };
    case 8:
      return {
        ...answer,
        bytes: Buffer.concat([bytes, Buffer.alloc(chance.below(2000), chance.below(256))]),
      };
    case 9:
      return { ...answer, bytes: bytes.subarray(0, chance.below(bytes.length + 1)) };
    case 10:
      return { ...answer, breaksAt: chance.below(bytes.length + 1) };
    default:
      return {
        ...answer,
        headers: new HttpHeaders(),
        status: chance.one(statuses),
        bytes: Buffer.from(chance.one(documents)),
      };
  }
}

function bodyOf(answer: Answer, call: Call): ResponseBody {
  return answer.breaksAt === undefined ? bufferedBody(answer.bytes) : new PiecewiseBody(answer, call);
}

/** A body that comes in two pieces, or in one and a failure. */
class PiecewiseBody implements ResponseBody {
  readonly buffered = undefined;
  readonly #answer: Answer;
  readonly #call: Call;

  constructor(answer: Answer, call: Call) {
    this.#answer = answer;
    this.#call = call;
  }

  async bytes(limitBytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this) parts.push(part);
    const whole = Buffer.concat(parts);
    if (whole.length > limitBytes) throw new BodyTooLargeError(limitBytes);
    return whole;
  }

  discard(): void {}

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const { bytes, breaksAt } = this.#answer;
    const half = breaksAt ?? bytes.length >> 1;
    if (half > 0) yield bytes.subarray(0, half);
    this.#call.cancellation.throwIfCancelled();
    if (breaksAt !== undefined)
      throw new NetworkError('ConnectionFailed', 'the connection was lost', { retryable: true });
    if (half < bytes.length) yield bytes.subarray(half);
  }
}
