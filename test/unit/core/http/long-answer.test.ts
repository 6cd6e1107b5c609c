import { describe, expect, it } from 'vitest';
import { longAnswer } from '../../../../src/core/http/long-answer.js';

const look = (lines: readonly string[]) =>
  longAnswer(Buffer.from(`${lines.join('\r\n')}\r\n\r\nbody`, 'latin1'));
const ok = 'HTTP/1.1 200 OK';
const length = 'Content-Length: 70000';

describe('the head of a long answer', () => {
  it('is given on with a body of one byte, and as long as it was', () => {
    const { head, length: told } = look([ok, 'ETag: "a"', length, 'x-ms-version: 1']) ?? {};
    expect(told).toBe(70_000);
    expect(head?.toString()).toBe(`${ok}\r\nETag: "a"\r\nContent-Length: 00001\r\nx-ms-version: 1\r\n\r\n`);
  });

  it.each<[string, readonly string[]]>([
    ['a short body', [ok, 'Content-Length: 65535']],
    ['no length', [ok, 'ETag: "a"']],
    ['two lengths', [ok, length, length]],
    ['a length with something behind it', [ok, 'Content-Length: 70000, 1']],
    ['a body in chunks as well', [ok, length, 'Transfer-Encoding: chunked']],
    ['a folded line', [ok, length, 'x: a', ' b']],
    ['a line that ends with a line feed alone', [ok, 'x: a\ntransfer-encoding: chunked', length]],
    ['a carriage return within a line', [ok, 'x: a\rtransfer-encoding: chunked', length]],
    ['a change of the protocol', [ok, 'Upgrade: h2c', length]],
    ['another version', ['HTTP/1.0 200 OK', length]],
    ['a refusal', ['HTTP/1.1 404 Not Found', length]],
  ])('with %s is left to the parser', (_what, lines) => {
    expect(look(lines)).toBeUndefined();
  });

  it('that has not come whole is left to the parser', () => {
    expect(longAnswer(Buffer.from(`${ok}\r\n${length}\r\n`))).toBeUndefined();
  });
});
