import { describe, expect, it } from 'vitest';
import { ServerError } from '../../../src/core/errors.js';
import { excerpt, printable } from '../../../src/core/printable.js';

describe('printable', () => {
  it.each([
    ['colours of a terminal', '\u001b[31mred', '\\u001b[31mred'],
    ['the same in one character', '\u009b31m', '\\u009b31m'],
    ['ends of lines of every kind', 'a\r\nb\u0085c\u2028d', 'a b\\u0085c\\u2028d'],
    ['text that is turned around', 'a\u202egpj.exe', 'a\\u202egpj.exe'],
    ['zeros', 'a\u0000b', 'a\\u0000b'],
  ])('writes out %s', (_name, text, written) => {
    expect(printable(text)).toBe(written);
  });

  it('leaves text of every language alone', () => {
    const text = 'Übergröße ключ 日本語 😀 "a" <b> \\n';
    expect(printable(text)).toBe(text);
  });
});

describe('excerpt', () => {
  it('is the text as far as it goes', () => {
    expect([excerpt('abc', 3), excerpt('abcd', 3)]).toEqual(['abc', 'abc...']);
  });
});

describe('an error', () => {
  it('is one printable line, however long and strange the service is', () => {
    const strange = `\u009b31m\n${'x'.repeat(100_000)}`;
    const error = new ServerError('UnexpectedAnswer', strange, { serviceCode: strange, requestId: strange });
    for (const text of [error.message, error.serviceCode, error.requestId]) {
      expect(text).toMatch(/^\\u009b31m x+\.\.\.$/);
      expect(text?.length).toBeLessThan(4200);
    }
    expect(error.serviceCode?.length).toBeLessThan(130);
  });
});
