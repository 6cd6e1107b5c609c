import { describe, expect, it } from 'vitest';
import {
  canonicalizedHeaders,
  canonicalizedResource,
  signature,
} from '../../../../src/core/auth/shared-key.js';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { checkSharedKey } from '../../../../src/emulator/engine/authenticate.js';
import { parseAddress } from '../../../../src/emulator/engine/route.js';
import { Refusal } from '../../../../src/emulator/engine/service-errors.js';
import { wellKnownAccount } from '../../../../src/emulator/options.js';

const account = 'devstoreaccount1';
const key = wellKnownAccount.keys[0] ?? '';
const now = Date.UTC(2026, 2, 2, 3, 4, 5);
const dated = { 'x-ms-date': 'Mon, 02 Mar 2026 03:04:05 GMT', 'x-ms-version': '2026-04-06' };

interface Case {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly mac: string;
}

function refusalOf({ method, url, headers, mac }: Case, at = now, keys = [key]): Refusal | undefined {
  const [, origin = '', target = ''] = /^(https?:\/\/[^/]+)(.*)$/.exec(url) ?? [];
  const all = HttpHeaders.of(headers);
  if (mac !== '') all.set('Authorization', mac.includes(' ') ? mac : `SharedKey ${account}:${mac}`);
  const request = { method, origin, target, headers: all };
  try {
    checkSharedKey(request, parseAddress(origin, target, { accounts: new Set([account]) }), {
      keys: new Map([[account, keys]]),
      now: at,
    });
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const meta = { 'x-ms-meta-a_b': '1', 'x-ms-meta-ab': '2', 'x-ms-meta-a1': '3', 'x-ms-meta-aB2': '4' };
const local = 'http://127.0.0.1:10003/devstoreaccount1';

/** Signatures that were computed by the official client and by hand. */
const vectors: Readonly<Record<string, Case>> = {
  'a list with encoded query values': {
    method: 'GET',
    url: `${local}/c1?restype=container&comp=list&include=metadata%2Cversions&prefix=a%2Fb%20c&maxresults=2`,
    headers: { ...dated, 'x-ms-client-request-id': '11111111-2222-3333-4444-555555555555' },
    mac: 'NaESGguI/QDIrTDUyCsERpyb0ZuXwwCJU4+HcjdJ4uE=',
  },
  'a file with an encoded name': {
    method: 'PUT',
    url: `${local}/s1/dir/f%20%C3%BC.txt`,
    headers: {
      ...dated,
      'Content-Length': '0',
      'x-ms-content-length': '1024',
      'x-ms-file-attributes': 'None',
      'x-ms-file-creation-time': 'now',
      'x-ms-file-last-write-time': 'now',
      'x-ms-file-permission': 'Inherit',
      'x-ms-type': 'file',
    },
    mac: 'AV3Q/U/q52tsyHUcqHwRSCAqje17oYTXAr+9dzcVyb8=',
  },
  'a range with a body': {
    method: 'PUT',
    url: `${local}/s1/dir/f.bin?comp=range`,
    headers: {
      ...dated,
      'Content-Length': '512',
      'Content-Type': 'application/octet-stream',
      'x-ms-range': 'bytes=0-511',
      'x-ms-write': 'update',
    },
    mac: 'v4sMH/uQK3n5xfbnoBNqOLjXoF6wJQFttX4HAp6oBKc=',
  },
  'a list on a host that names the account': {
    method: 'GET',
    url: 'https://devstoreaccount1.file.core.windows.net/s1/dir?restype=directory&comp=list&include=Timestamps%2CEtag',
    headers: { ...dated, 'x-ms-file-extended-info': 'true' },
    mac: 'eOfE3diwEFz6mxymfF4wbUs5Wuz7z4b5hvySRc4WHVI=',
  },
  'metadata names sorted by weights': {
    method: 'GET',
    url: 'https://devstoreaccount1.file.core.windows.net/c1/b',
    headers: { ...dated, ...meta },
    mac: 'Xq6ojdy+phYA3K/4qAD9cYRyjzThaAz7D6GVQGi0VQQ=',
  },
  'metadata names sorted by bytes': {
    method: 'GET',
    url: 'https://devstoreaccount1.file.core.windows.net/c1/b',
    headers: { ...dated, ...meta },
    mac: 'vDCh2hsEKGlFJ6dxMzX2L4ITiytuvaU4ADLaKnyEC1Y=',
  },
  'empty query values that are signed': {
    method: 'GET',
    url: 'https://devstoreaccount1.file.core.windows.net/c1?restype=container&comp=list&prefix=&marker=',
    headers: dated,
    mac: 'FVtLn3ysBD1aCQyMmpVPOO0cYcuKevnYze+fcE43xjk=',
  },
  'empty query values that are left out': {
    method: 'GET',
    url: 'https://devstoreaccount1.file.core.windows.net/c1?restype=container&comp=list&prefix=&marker=',
    headers: dated,
    mac: '4jU73RTw1+N0pEqEgnTt7Nwff0eKOippvYryjcSJIzY=',
  },
};

const range = vectors['a range with a body'] as Case;

describe('a signature with the key of the account', () => {
  it.each(Object.entries(vectors))('accepts %s', (_name, vector) => {
    expect(refusalOf(vector)).toBeUndefined();
  });

  it.each(Object.entries(vectors))('refuses %s once the signature is another one', (_name, vector) => {
    const mac = `${vector.mac.startsWith('A') ? 'B' : 'A'}${vector.mac.slice(1)}`;
    expect(refusalOf({ ...vector, mac })).toMatchObject({ code: 'AuthenticationFailed', status: 403 });
  });

  it('tries both keys of an account', () => {
    expect(refusalOf(range, now, ['AAAA', key])).toBeUndefined();
    expect(refusalOf(range, now, ['AAAA', 'BBBB'])?.code).toBe('AuthenticationFailed');
  });

  it('accepts Content-Language before Content-Encoding, as one client signs them', () => {
    const headers = { ...dated, 'Content-Encoding': 'gzip', 'Content-Language': 'en' };
    const swapped = HttpHeaders.of({ ...dated, 'Content-Encoding': 'en', 'Content-Language': 'gzip' });
    const text = `GET\nen\ngzip\n\n\n\n\n\n\n\n\n\n${canonicalizedHeaders(swapped)}/${account}/${account}/s1/f`;
    expect(
      refusalOf({ method: 'GET', url: `${local}/s1/f`, headers, mac: signature(key, text) }),
    ).toBeUndefined();
  });

  it('accepts runs of spaces in a value, folded as documented or left as clients sign them', () => {
    const headers = { ...dated, 'x-ms-meta-a': '1  2' };
    for (const text of ['1 2', '1  2', '1   2']) {
      const signed = canonicalizedHeaders(HttpHeaders.of(headers)).replace('1 2', text);
      const mac = signature(key, `GET${'\n'.repeat(12)}${signed}/${account}/${account}/s1/f`);
      const expected = text === '1   2' ? 'AuthenticationFailed' : undefined;
      expect(refusalOf({ method: 'GET', url: `${local}/s1/f`, headers, mac })?.code).toBe(expected);
    }
  });

  it('accepts Shared Key Lite', () => {
    const target = `/${account}/s1/f?comp=range&timeout=30`;
    const headers = { ...dated, 'Content-Type': 'text/plain' };
    const text = `PUT\n\ntext/plain\n\n${canonicalizedHeaders(HttpHeaders.of(headers))}${canonicalizedResource(account, `/${account}/s1/f`)}?comp=range`;
    const mac = `SharedKeyLite ${account}:${signature(key, text)}`;
    expect(
      refusalOf({ method: 'PUT', url: `http://127.0.0.1:10003${target}`, headers, mac }),
    ).toBeUndefined();
    const other = mac.replace(/.{4}$/, 'AAA=');
    const refusal = refusalOf({ method: 'PUT', url: `http://127.0.0.1:10003${target}`, headers, mac: other });
    expect(refusal?.details.extras?.AuthenticationErrorDetail).toContain(text);
  });

  it('shows the string that was signed, and never the key', () => {
    const detail = refusalOf({ ...range, mac: 'AAAA' })?.details.extras?.AuthenticationErrorDetail ?? '';
    expect(detail).toContain(
      "The MAC signature found in the HTTP request 'AAAA' is not the same as any computed",
    );
    expect(detail).toContain("string to sign: 'PUT\n\n\n512\n");
    expect(detail).not.toContain(key);
  });

  it.each([
    ['early', -15 * 60_000 - 1],
    ['late', 15 * 60_000 + 1],
  ])('refuses a date more than fifteen minutes too %s', (_name, by) => {
    expect(refusalOf(range, now - by)?.details.extras?.AuthenticationErrorDetail).toBe(
      "Request date header too old: 'Mon, 02 Mar 2026 03:04:05 GMT'",
    );
  });

  it('accepts a date fifteen minutes away', () => {
    expect(refusalOf(range, now + 15 * 60_000)).toBeUndefined();
    expect(refusalOf(range, now - 15 * 60_000)).toBeUndefined();
  });

  it('refuses a request without a date, or with one that is none', () => {
    const { 'x-ms-date': _date, ...undated } = range.headers;
    expect(refusalOf({ ...range, headers: undated })?.code).toBe('AuthenticationFailed');
    expect(refusalOf({ ...range, headers: { ...undated, Date: 'yesterday' } })?.code).toBe(
      'AuthenticationFailed',
    );
  });

  it.each(['SharedKey', 'SharedKey devstoreaccount1', 'Basic abc', 'SharedKey a:b c', 'SharedKey :'])(
    'calls %s malformed',
    (mac) => {
      expect(refusalOf({ ...range, mac: `${mac} ` })?.code).toBe('InvalidAuthenticationInfo');
    },
  );

  it('refuses the key of one account for another', () => {
    const url = 'http://127.0.0.1:10003/otheraccount/s1/dir/f.bin?comp=range';
    expect(refusalOf({ ...range, url })?.code).toBe('AuthenticationFailed');
  });
});
