import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import { metadataCopy, metadataOf, setMetadataHeaders } from '../../../src/files/wire/metadata.js';
import { scriptedClient } from './scripted-client.js';

function sent(metadata: Record<string, string>): HttpHeaders {
  const headers = new HttpHeaders();
  setMetadataHeaders(headers, metadata);
  return headers;
}

describe('metadata', () => {
  it('comes back as it was sent', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
    const value = fc.stringMatching(/^([!-~]([ -~]{0,20}[!-~])?)?$/);
    const unique = { selector: (entry: [string, string]) => entry[0].toLowerCase(), maxLength: 8 };
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), unique), (entries) => {
        const metadata = Object.fromEntries(entries);
        expect(Object.entries(metadataOf(sent(metadata))).sort()).toEqual(Object.entries(metadata).sort());
      }),
    );
  });

  it.each([
    ['', 'x', 'names of letters'],
    ['1a', 'x', 'names of letters'],
    ['a-b', 'x', 'names of letters'],
    ['a b', 'x', 'names of letters'],
    ['ä', 'x', 'names of letters'],
    ['a', 'ä', 'printable ASCII'],
    ['a', 'x\r\nx-ms-evil: 1', 'printable ASCII'],
    ['a', 'x\u0000', 'printable ASCII'],
    ['a', ' x', 'without spaces at the ends'],
    ['a', 'x ', 'without spaces at the ends'],
    ['a', ' ', 'without spaces at the ends'],
  ])('refuses the name %j with the value %j', (name, value, rule) => {
    expect(() => sent({ [name]: value })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'InvalidRequest' }),
    );
    expect(() => sent({ [name]: value })).toThrow(rule);
  });

  it('refuses names that differ in case only', () => {
    expect(() => sent({ Name: '1', name: '2' })).toThrow('differ in case only');
  });

  it('refuses values that are no text', () => {
    expect(() => sent({ a: 5 as unknown as string })).toThrow(
      'must have text as values; that of a is number',
    );
  });

  it('is not cleared by mistake', async () => {
    const { client, transport } = scriptedClient();
    for (const metadata of [undefined, null, 'text', new Map([['a', 'b']]), [['a', 'b']]]) {
      const request = { path: 'a', metadata: metadata as unknown as Record<string, string> };
      for (const setting of [client.files.setMetadata(request), client.directories.setMetadata(request)]) {
        await expect(setting).rejects.toThrow('metadata must be an object of names and values');
      }
    }
    expect(transport.received).toBe(0);
  });

  it('counts names and values up to 8 KiB', () => {
    expect(() => sent({ a: 'x'.repeat(8191) })).not.toThrow();
    expect(() => sent({ a: 'x'.repeat(8192) })).toThrow('at most 8192 bytes of names and values, got 8193');
  });

  it('keeps the case of names, and other headers out', () => {
    const headers = HttpHeaders.fromRaw([
      'X-MS-Meta-CamelCase',
      'v',
      'x-ms-meta-',
      'none',
      'x-ms-metadata',
      'no',
    ]);
    expect({ ...metadataOf(headers) }).toEqual({ CamelCase: 'v' });
  });

  it('gives objects without a prototype', () => {
    const copy = metadataCopy(JSON.parse('{"__proto__":"x"}') as Record<string, string>);
    expect(Object.getPrototypeOf(copy)).toBeNull();
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect(Object.keys(metadataCopy(undefined))).toEqual([]);
  });
});
