import { StorageSharedKeyCredential } from '@azure/storage-file-share';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedKeyAuthorization } from '../../src/core/auth/shared-key.js';
import { HttpHeaders } from '../../src/core/http/headers.js';

const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

interface Generated {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** As much of a request as the official client's signing policy touches. */
interface OfficialRequest {
  method: string;
  url: string;
  headers: {
    get(name: string): string | undefined;
    set(name: string, value: string | number): void;
    headersArray(): { name: string; value: string }[];
  };
}

/** Lets the official client sign: its own policy, made by its own credential. */
async function signOfficially(request: Generated): Promise<{ authorization: string; date: string }> {
  const values = new Map(Object.entries(request.headers));
  const official: OfficialRequest = {
    method: request.method,
    url: `https://${account}.file.core.windows.net${request.target}`,
    headers: {
      get: (name) => [...values].find(([present]) => present.toLowerCase() === name.toLowerCase())?.[1],
      set: (name, value) => values.set(name, String(value)),
      headersArray: () => [...values].map(([name, value]) => ({ name, value })),
    },
  };
  const next = { sendRequest: async (signed: unknown) => signed };
  const policy = new StorageSharedKeyCredential(account, key).create(next as never, {} as never);
  await policy.sendRequest(official as never);
  return {
    authorization: values.get('authorization') ?? values.get('Authorization') ?? '',
    date: values.get('x-ms-date') ?? '',
  };
}

/** A URL parser resolves `.` and `..`; the official client signs what that leaves. */
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !/^\.\.?$/.test(text))
  .map(encodeURIComponent);
const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`);

/** Not empty, without a second `=` and without `+`: there the official client departs from the documents. */
const queryValue = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map(encodeURIComponent);
const query = fc
  .dictionary(fc.stringMatching(/^[a-zA-Z]{1,10}$/), queryValue, { maxKeys: 6 })
  .map((pairs) => {
    // Parameters that differ only in case are joined by us, dropped by the official client.
    const byName = new Map(
      Object.entries(pairs).map(([name, value]) => [name.toLowerCase(), `${name}=${value}`]),
    );
    return byName.size === 0 ? '' : `?${[...byName.values()].join('&')}`;
  });

const standard = [
  'Content-Length',
  'Content-MD5',
  'Content-Type',
  'If-Modified-Since',
  'If-Match',
  'If-None-Match',
  'If-Unmodified-Since',
  'Range',
];
/** Printable, not empty, with no white space that one folds and the other does not. */
const value = fc.stringMatching(/^[!-~]{1,20}( [!-~]{1,8})?$/);
/** Names without `_`, digits after hyphens and the like, where culture weights and bytes order differently. */
const metadataName = fc.stringMatching(/^x-ms-meta-[a-zA-Z]{1,12}$/);
const standardHeaders = fc.dictionary(fc.constantFrom(...standard), value, { maxKeys: 4 });
const serviceHeaders = fc.dictionary(
  fc.constantFrom(
    'x-ms-version',
    'x-ms-range',
    'x-ms-write',
    'x-ms-type',
    'x-ms-lease-id',
    'x-ms-content-length',
  ),
  value,
  { maxKeys: 4 },
);

const requests: fc.Arbitrary<Generated> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'OPTIONS'),
  target: fc.tuple(path, query).map(([left, right]) => left + right),
  headers: fc
    .tuple(standardHeaders, serviceHeaders, fc.dictionary(metadataName, value, { maxKeys: 4 }))
    .map(([one, two, three]) => ({ ...one, ...two, ...uniqueIgnoringCase(three) })),
});

function uniqueIgnoringCase(headers: Record<string, string>): Record<string, string> {
  const seen = new Map(
    Object.entries(headers).map(([name, text]) => [name.toLowerCase(), [name, text] as const]),
  );
  return Object.fromEntries(seen.values());
}

describe('Shared Key and the official client', () => {
  it('gives the same signature for thousands of requests', async () => {
    const seed = Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const { authorization, date } = await signOfficially(request);
        const headers = HttpHeaders.of({ ...request.headers, 'x-ms-date': date });
        expect(sharedKeyAuthorization(account, key, { ...request, headers })).toBe(authorization);
        compared += 1;
      }),
      { numRuns: 4000, seed },
    );
    expect(compared).toBe(4000);
  });
});
