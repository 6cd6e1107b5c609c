import type { QueryFields, SasKind } from './sas-fields.js';

/** What a signature is for, beside what its own fields say. */
export interface SignedPlace {
  readonly account: string;
  /** The share that is asked for; empty = none. */
  readonly shareName: string;
  /** Decoded names below the share. */
  readonly path: readonly string[];
}

/** The first versions with an address and a protocol, and with an encryption scope. */
const addressSince = '2015-04-05';
const scopeSince = '2020-12-06';

/**
 * The text that a signature covers: decoded values as they came, one to a line, an absent one as an empty line.
 * @see https://learn.microsoft.com/rest/api/storageservices/create-service-sas#construct-the-signature-string
 */
export function signedText(kind: SasKind, fields: QueryFields, place: SignedPlace): string {
  const line = (name: string): string => fields.get(name) ?? '';
  if (kind === 'account')
    return accountLines(line('sv')).reduce((text, name) => `${text}${line(name)}\n`, `${place.account}\n`);
  const { before, after } = kind === 'service' ? serviceLines(line('sv')) : delegationLines;
  return [...before.map(line), resourceOf(line('sr'), place), ...after.map(line)].join('\n');
}

/** Unlike the others, an account SAS ends every line, the last one too. */
function accountLines(version: string): readonly string[] {
  const lines = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv'];
  return version >= scopeSince ? [...lines, 'ses'] : lines;
}

const terms = ['sp', 'st', 'se'];
const overrides = ['rscc', 'rscd', 'rsce', 'rscl', 'rsct'];

/** Azure Files kept these lines while those of blobs grew. */
function serviceLines(version: string): { before: readonly string[]; after: readonly string[] } {
  const limits = version >= addressSince ? ['sip', 'spr'] : [];
  return { before: terms, after: ['si', ...limits, 'sv', ...overrides] };
}

const delegationLines = {
  before: terms,
  after: [
    ...['skoid', 'sktid', 'skt', 'ske', 'sks', 'skv', 'skdutid', 'sduoid'],
    ...['sip', 'spr', 'sv', ...overrides],
  ],
};

/** `/file/account/share/path`: the account once, also where the URL names it in its path. */
function resourceOf(signedResource: string, { account, shareName, path }: SignedPlace): string {
  return ['/file', account, shareName, ...(signedResource === 'f' ? path : [])].join('/');
}
