import { describe, expect, it } from 'vitest';
import {
  canonicalizedHeaders,
  canonicalizedResource,
  sharedKeyAuthorization,
  signature,
  stringToSign,
} from '../../src/core/auth/shared-key.js';
import { HttpHeaders } from '../../src/core/http/headers.js';

const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const date = 'Mon, 02 Mar 2026 03:04:05 GMT';
const common = { 'x-ms-date': date, 'x-ms-version': '2026-04-06' };

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Line feeds as they are in the document, so that a vector can be compared with it by eye. */
  readonly text: string;
  readonly signature: string;
}

/** Published forms of requests of both services; the signatures were computed by two independent programs. */
const vectors: readonly Vector[] = [
  {
    name: 'K1 a list with encoded query values',
    method: 'GET',
    target:
      '/devstoreaccount1/c1?restype=container&comp=list&include=metadata%2Cversions&prefix=a%2Fb%20c&maxresults=2',
    headers: { ...common, 'x-ms-client-request-id': '11111111-2222-3333-4444-555555555555' },
    text: String.raw`GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-client-request-id:11111111-2222-3333-4444-555555555555\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-version:2026-04-06\n/devstoreaccount1/devstoreaccount1/c1\ncomp:list\ninclude:metadata,versions\nmaxresults:2\nprefix:a/b c\nrestype:container`,
    signature: 'NaESGguI/QDIrTDUyCsERpyb0ZuXwwCJU4+HcjdJ4uE=',
  },
  {
    name: 'K2 an upload with a condition and an encoded name',
    method: 'PUT',
    target: '/devstoreaccount1/c1/d%C3%A9j%C3%A0%20vu/%2B%23.txt',
    headers: {
      ...common,
      'Content-Length': '5',
      'Content-Type': 'text/plain',
      'If-None-Match': '*',
      'x-ms-blob-type': 'BlockBlob',
      'x-ms-blob-content-type': 'text/plain',
      'x-ms-meta-A': '1',
    },
    text: String.raw`PUT\n\n\n5\n\ntext/plain\n\n\n\n*\n\n\nx-ms-blob-content-type:text/plain\nx-ms-blob-type:BlockBlob\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-meta-a:1\nx-ms-version:2026-04-06\n/devstoreaccount1/devstoreaccount1/c1/d%C3%A9j%C3%A0%20vu/%2B%23.txt`,
    signature: 'ZFREH9SwORdGFNlnjGXlu6kmWE+N6NFv/b34EBDfhxM=',
  },
  {
    name: 'K3 a block with a checksum and a base64 id',
    method: 'PUT',
    target: '/devstoreaccount1/c1/b?comp=block&blockid=QUFB%2B%2F8%3D',
    headers: {
      ...common,
      'Content-Length': '3',
      'Content-MD5': '4fr/s+YU5sL7p0KWliOGtw==',
      'Content-Type': 'application/octet-stream',
    },
    text: String.raw`PUT\n\n\n3\n4fr/s+YU5sL7p0KWliOGtw==\napplication/octet-stream\n\n\n\n\n\n\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-version:2026-04-06\n/devstoreaccount1/devstoreaccount1/c1/b\nblockid:QUFB+/8=\ncomp:block`,
    signature: 'XBQFC1cJRi9WuOmrkyVbqxvS546T5vHmRCV2oST6M58=',
  },
  {
    name: 'K4 a lease, whose length of zero is signed as nothing',
    method: 'PUT',
    target: '/devstoreaccount1/c1/b?comp=lease',
    headers: {
      ...common,
      'Content-Length': '0',
      'x-ms-lease-action': 'acquire',
      'x-ms-lease-duration': '-1',
    },
    text: String.raw`PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-lease-action:acquire\nx-ms-lease-duration:-1\nx-ms-version:2026-04-06\n/devstoreaccount1/devstoreaccount1/c1/b\ncomp:lease`,
    signature: 'Vg18qoTYglnQJ6qGxXNRMNxeuvrUZASegGSG3jJ8/Q4=',
  },
  {
    name: 'K5 the root of a host that names the account',
    method: 'GET',
    target: '/?comp=list&prefix=x',
    headers: common,
    text: String.raw`GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-version:2026-04-06\n/devstoreaccount1/\ncomp:list\nprefix:x`,
    signature: 'OZDs7wCb6i+Ls0EOWyvCecGuPITpPkXp55qaaskoBbw=',
  },
  {
    name: 'K6 a range and a snapshot',
    method: 'GET',
    target: '/c1/b?snapshot=2026-03-01T00%3A00%3A00.0000000Z',
    headers: { ...common, 'x-ms-range': 'bytes=0-1023' },
    text: String.raw`GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-range:bytes=0-1023\nx-ms-version:2026-04-06\n/devstoreaccount1/c1/b\nsnapshot:2026-03-01T00:00:00.0000000Z`,
    signature: '5Gw0OCYH1Xn4qtEMpGyPj4EFzRbBnntAX38mp9zdtVY=',
  },
  {
    name: 'K7 a file that is created',
    method: 'PUT',
    target: '/devstoreaccount1/s1/dir/f%20%C3%BC.txt',
    headers: {
      ...common,
      'Content-Length': '0',
      'x-ms-content-length': '1024',
      'x-ms-file-attributes': 'None',
      'x-ms-file-creation-time': 'now',
      'x-ms-file-last-write-time': 'now',
      'x-ms-file-permission': 'Inherit',
      'x-ms-type': 'file',
    },
    text: String.raw`PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-content-length:1024\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-file-attributes:None\nx-ms-file-creation-time:now\nx-ms-file-last-write-time:now\nx-ms-file-permission:Inherit\nx-ms-type:file\nx-ms-version:2026-04-06\n/devstoreaccount1/devstoreaccount1/s1/dir/f%20%C3%BC.txt`,
    signature: 'AV3Q/U/q52tsyHUcqHwRSCAqje17oYTXAr+9dzcVyb8=',
  },
  {
    name: 'K8 a range of a file',
    method: 'PUT',
    target: '/devstoreaccount1/s1/dir/f.bin?comp=range',
    headers: {
      ...common,
      'Content-Length': '512',
      'Content-Type': 'application/octet-stream',
      'x-ms-range': 'bytes=0-511',
      'x-ms-write': 'update',
    },
    text: String.raw`PUT\n\n\n512\n\napplication/octet-stream\n\n\n\n\n\n\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-range:bytes=0-511\nx-ms-version:2026-04-06\nx-ms-write:update\n/devstoreaccount1/devstoreaccount1/s1/dir/f.bin\ncomp:range`,
    signature: 'v4sMH/uQK3n5xfbnoBNqOLjXoF6wJQFttX4HAp6oBKc=',
  },
  {
    name: 'K9 a directory listing',
    method: 'GET',
    target: '/s1/dir?restype=directory&comp=list&include=Timestamps%2CEtag',
    headers: { ...common, 'x-ms-file-extended-info': 'true' },
    text: String.raw`GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-file-extended-info:true\nx-ms-version:2026-04-06\n/devstoreaccount1/s1/dir\ncomp:list\ninclude:Timestamps,Etag\nrestype:directory`,
    signature: 'eOfE3diwEFz6mxymfF4wbUs5Wuz7z4b5hvySRc4WHVI=',
  },
  {
    name: 'K10 names of metadata, sorted by their bytes as the documents have it',
    method: 'GET',
    target: '/c1/b',
    headers: {
      ...common,
      'x-ms-meta-a_b': '1',
      'x-ms-meta-ab': '2',
      'x-ms-meta-a1': '3',
      'x-ms-meta-aB2': '4',
    },
    text: String.raw`GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-meta-a1:3\nx-ms-meta-a_b:1\nx-ms-meta-ab:2\nx-ms-meta-ab2:4\nx-ms-version:2026-04-06\n/devstoreaccount1/c1/b`,
    signature: 'vDCh2hsEKGlFJ6dxMzX2L4ITiytuvaU4ADLaKnyEC1Y=',
  },
  {
    name: 'K11 query parameters without a value, as the documents have it',
    method: 'GET',
    target: '/c1?restype=container&comp=list&prefix=&marker=',
    headers: common,
    text: String.raw`GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Mon, 02 Mar 2026 03:04:05 GMT\nx-ms-version:2026-04-06\n/devstoreaccount1/c1\ncomp:list\nmarker:\nprefix:\nrestype:container`,
    signature: 'FVtLn3ysBD1aCQyMmpVPOO0cYcuKevnYze+fcE43xjk=',
  },
  {
    name: 'K12 a part of a batch, without a version',
    method: 'DELETE',
    target: '/devstoreaccount1/c1/a%20b',
    headers: { 'x-ms-date': 'Sat, 21 Nov 2026 01:40:48 GMT' },
    text: String.raw`DELETE\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Sat, 21 Nov 2026 01:40:48 GMT\n/devstoreaccount1/devstoreaccount1/c1/a%20b`,
    signature: 'Fx5+hK6ESfGhcut1wubJe/etK1wXxN7vYFgjLjo+uJo=',
  },
];

describe('Shared Key, worked examples', () => {
  it.each(vectors)('signs $name', ({ method, target, headers, text, signature: expected }) => {
    const request = { method, target, headers: HttpHeaders.of(headers) };
    const signed = text.replaceAll(String.raw`\n`, '\n');
    expect(stringToSign(account, request)).toBe(signed);
    expect(signature(key, signed)).toBe(expected);
    expect(sharedKeyAuthorization(account, key, request)).toBe(`SharedKey ${account}:${expected}`);
  });

  // An official client sorts metadata names by culture weights (K10) and drops empty parameters (K11); the documents do
  // not, and neither do we.
  it.each([
    ['K10', 'Xq6ojdy+phYA3K/4qAD9cYRyjzThaAz7D6GVQGi0VQQ='],
    ['K11', '4jU73RTw1+N0pEqEgnTt7Nwff0eKOippvYryjcSJIzY='],
  ])('does not sign %s as that client does', (name, theirs) => {
    const vector = vectors.find((each) => each.name.startsWith(`${name} `));
    expect(vector?.signature).toHaveLength(theirs.length);
    expect(vector?.signature).not.toBe(theirs);
  });
});

describe('Shared Key, stage by stage', () => {
  it('keeps names apart of which one begins the other', () => {
    const headers = HttpHeaders.of({ 'x-ms-meta-ab': '2', 'x-ms-meta-a': '1', 'x-ms-meta-a-b': '3' });
    expect(canonicalizedHeaders(headers)).toBe('x-ms-meta-a:1\nx-ms-meta-a-b:3\nx-ms-meta-ab:2\n');
  });

  it('trims values and folds white space', () => {
    const headers = HttpHeaders.of({ 'X-MS-Meta-A': '  a \t  b\r\n c ', 'x-other': 'no' });
    expect(canonicalizedHeaders(headers)).toBe('x-ms-meta-a:a b c\n');
  });

  it('keeps a header that is empty', () => {
    expect(canonicalizedHeaders(HttpHeaders.of({ 'x-ms-meta-a': '' }))).toBe('x-ms-meta-a:\n');
  });

  it('leaves the date line empty once there is x-ms-date', () => {
    const headers = HttpHeaders.of({ Date: date, 'x-ms-date': date });
    expect(stringToSign(account, { method: 'GET', target: '/', headers }).split('\n')[6]).toBe('');
  });

  it('signs Date where there is no x-ms-date', () => {
    const headers = HttpHeaders.of({ Date: date });
    expect(stringToSign(account, { method: 'GET', target: '/', headers }).split('\n')[6]).toBe(date);
  });

  it('puts a repeated parameter in one line with its values sorted', () => {
    expect(canonicalizedResource('a', '/s?B=2&b=1&a=3')).toBe('/a/s\na:3\nb:1,2');
  });

  it('keeps a malformed escape as it stands', () => {
    expect(canonicalizedResource('a', '/s?b=%zz&c=%E0%A4%A')).toBe('/a/s\nb:%zz\nc:%E0%A4%A');
  });

  it('keeps a plus sign in a query', () => {
    expect(canonicalizedResource('a', '/s?prefix=a+b')).toBe('/a/s\nprefix:a+b');
  });

  it('signs the path as it stands in the request line', () => {
    expect(canonicalizedResource('a', '/s/%c3%a9%2F?&')).toBe('/a/s/%c3%a9%2F');
  });
});
