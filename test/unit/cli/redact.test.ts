import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/cli/redact.js';

describe('Redactor', () => {
  it('takes out what it was told, as it is and percent-encoded', () => {
    const redactor = new Redactor();
    redactor.hide('abc+/def==');
    expect(redactor.redact('a abc+/def== b')).toBe('a *** b');
    expect(redactor.redact(`a ${encodeURIComponent('abc+/def==')} b`)).toBe('a *** b');
  });

  it('does not take short words out of a text', () => {
    const redactor = new Redactor();
    redactor.hide('');
    redactor.hide('is');
    expect(redactor.redact('this is it')).toBe('this is it');
  });

  it.each([
    [
      'https://a.file.core.windows.net/s?sv=1&sig=abc%3D&se=2',
      'https://a.file.core.windows.net/s?sv=1&sig=***&se=2',
    ],
    ['AccountName=a;AccountKey=c2VjcmV0;EndpointSuffix=x', 'AccountName=a;AccountKey=***;EndpointSuffix=x'],
    ["'sig=abc'", "'sig=***'"],
    [`unknown command '${'k'.repeat(86)}=='`, "unknown command '***'"],
    ['got eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln', 'got ***'],
    ['got a-b.eyJhbGciOiJub25lIn0.eyJleHAiOjF9 there', 'got a-b.*** there'],
    ['got eyJhbGciOiJub25lIn0.txt', 'got eyJhbGciOiJub25lIn0.txt'],
  ])('takes out of %s what looks like a secret', (text, expected) => {
    expect(new Redactor().redact(text)).toBe(expected);
  });

  it('has soon been through a long text that looks like many tokens', { timeout: 5_000 }, () => {
    expect(new Redactor().redact('eyJ-'.repeat(250_000))).not.toBe('');
  });
});
