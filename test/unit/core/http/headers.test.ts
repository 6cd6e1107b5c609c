import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';

describe('HttpHeaders', () => {
  it('finds a header whatever the case', () => {
    const headers = HttpHeaders.of({ 'X-Ms-Meta-Name': 'v', absent: undefined });
    expect(headers.get('x-ms-meta-NAME')).toBe('v');
    expect(headers.has('X-MS-META-NAME')).toBe(true);
    expect(headers.has('absent')).toBe(false);
    expect(headers.size).toBe(1);
  });

  it('gives the headers that begin with a prefix, whatever their case, as they were spelled', () => {
    const headers = HttpHeaders.fromRaw([
      'X-MS-Meta-Up',
      '1',
      'x-ms-meta',
      '2',
      'x-ms-meta-low',
      '3',
      'etag',
      '4',
    ]);
    expect(headers.startingWith('x-ms-meta-')).toEqual([
      ['X-MS-Meta-Up', '1'],
      ['x-ms-meta-low', '3'],
    ]);
  });

  it('keeps the case and the order of insertion', () => {
    const headers = new HttpHeaders().set('B-Name', '1').set('a', '2').set('C', '3');
    expect([...headers]).toEqual([
      ['B-Name', '1'],
      ['a', '2'],
      ['C', '3'],
    ]);
    expect(headers.toRaw()).toEqual(['B-Name', '1', 'a', '2', 'C', '3']);
    expect([...headers.lowerCased()].map(([name]) => name)).toEqual(['b-name', 'a', 'c']);
  });

  it('replaces a header that differs only in case, and takes over the new case', () => {
    const headers = new HttpHeaders().set('ETag', '1').set('etag', '2');
    expect([...headers]).toEqual([['etag', '2']]);
    headers.set('eTag', '3');
    expect([...headers]).toEqual([['eTag', '3']]);
  });

  it('joins values of a name that comes twice', () => {
    const headers = HttpHeaders.fromRaw(['Vary', 'a', 'x', '1', 'vary', 'b']);
    expect(headers.get('vary')).toBe('a,b');
    expect([...headers][0]).toEqual(['Vary', 'a,b']);
  });

  it('leaves a header alone when it is given no value', () => {
    const headers = new HttpHeaders()
      .setOptional('a', '1')
      .setOptional('a', undefined)
      .setOptional('b', undefined);
    expect([...headers]).toEqual([['a', '1']]);
  });

  it('deletes whatever the case, and forgets the case', () => {
    const headers = new HttpHeaders().set('ETag', '1');
    expect(headers.delete('etag')).toBe(true);
    expect(headers.delete('etag')).toBe(false);
    expect([...headers.append('etag', '2')]).toEqual([['etag', '2']]);
  });

  it('makes copies that are apart', () => {
    const headers = new HttpHeaders().set('ETag', '1');
    const copy = headers.clone().set('ETAG', '2').set('b', '3');
    expect([...headers]).toEqual([['ETag', '1']]);
    expect([...copy]).toEqual([
      ['ETAG', '2'],
      ['b', '3'],
    ]);
  });

  it('takes names that objects would not', () => {
    const headers = new HttpHeaders().set('__proto__', 'x').set('constructor', 'y');
    expect(headers.get('__proto__')).toBe('x');
    expect(headers.get('toString')).toBeUndefined();
  });
});
