import { type SasResponseHeaders, type SasTerms, systemClock } from '../../files/index.js';
import type { Flag, Flags } from '../flags.js';
import { momentOf } from './moments.js';

const longestMs = 3650 * 86_400_000;

/** The flags of every verb that makes a SAS. */
export const termFlags: readonly Flag[] = [
  {
    name: 'expires',
    kind: 'text',
    placeholder: 'time',
    about: 'until when it is valid: 1h or 7d from now on, or 2026-12-31T18:00Z (default 1h)',
  },
  {
    name: 'starts',
    kind: 'text',
    placeholder: 'time',
    about: 'from when on, in the same forms (default 15 minutes ago, as clocks differ)',
  },
  {
    name: 'ip',
    kind: 'text',
    placeholder: 'address',
    about: 'the only IPv4 address that may use it, or a range: 10.0.0.1-10.0.0.9',
  },
  { name: 'http', kind: 'switch', about: 'let it be used without encryption, too' },
  { name: 'token', kind: 'switch', about: 'print the query only, without the address before it' },
];

const headerFlags = {
  'cache-control': 'cacheControl',
  'content-disposition': 'contentDisposition',
  'content-encoding': 'contentEncoding',
  'content-language': 'contentLanguage',
  'content-type': 'contentType',
} as const satisfies Readonly<Record<string, keyof SasResponseHeaders>>;

/** The flags for what answers say instead of what is stored with the file. */
export const responseFlags: readonly Flag[] = Object.keys(headerFlags).map((name) => ({
  name,
  kind: 'text',
  placeholder: 'value',
  about: `what answers have as ${name}, instead of what is stored with the file`,
}));

/** When and from where a SAS may be used. @throws {UsageError} */
export function termsOf(flags: Flags): SasTerms {
  const expires = momentOf(flags, 'expires', { min: 1000, max: longestMs });
  const starts = momentOf(flags, 'starts', { min: 0, max: longestMs });
  return {
    ...(expires !== undefined &&
      ('on' in expires ? { expiresOn: expires.on } : { expiresInSeconds: expires.inMs / 1000 })),
    ...(starts !== undefined && {
      startsOn: 'on' in starts ? starts.on : new Date(systemClock.now() + starts.inMs),
    }),
    ipRange: flags.text('ip'),
    protocol: flags.on('http') ? 'https,http' : undefined,
  };
}

/** Headers of answers; `undefined` when none was given. */
export function responseHeadersOf(flags: Flags): SasResponseHeaders | undefined {
  const given = Object.entries(headerFlags).flatMap(([flag, name]) => {
    const value = flags.text(flag);
    return value === undefined ? [] : [[name, value] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
