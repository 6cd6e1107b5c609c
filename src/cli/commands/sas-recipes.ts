import type { AzureFilesClient, FileSasRequest, ResourceSas } from '../../files/index.js';
import type { Flag, Flags } from '../flags.js';
import { displayLocation, parseInShare, type ShareLocation } from '../locations.js';
import { makeSas } from '../sas/make-sas.js';
import { responseFlags, responseHeadersOf, termFlags, termsOf } from '../sas/sas-flags.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** A SAS for one thing that somebody wants to do. */
interface Recipe {
  readonly name: string;
  readonly about: string;
  /** Beside those that every SAS has. */
  readonly flags?: readonly Flag[];
  readonly examples: readonly string[];
  /** What the service cannot narrow, where that would surprise. */
  readonly remark?: (location: ShareLocation) => string | undefined;
  readonly sign: (client: AzureFilesClient, request: FileSasRequest, flags: Flags) => Promise<ResourceSas>;
}

function recipe({ name, about, flags = [], examples, remark, sign }: Recipe): Verb {
  return {
    name: `sas ${name}`,
    about,
    args: '<location>',
    connects: true,
    flags: [...termFlags, ...flags],
    examples,
    async run(invocation) {
      const location = parseFile(invocation.args[0] ?? '');
      const { share, path } = location;
      const request = { ...termsOf(invocation.flags), share, path, signal: invocation.signal };
      await makeSas(invocation, {
        location,
        remark: remark?.(location),
        sign: (client) => sign(client, request, invocation.flags),
      });
    },
  };
}

/** @throws {UsageError} for a place that has no SAS of its own. */
function parseFile(text: string): ShareLocation {
  const location = parseInShare(text);
  const whole = `azstore sas generate files://${location.share} makes one for the whole share`;
  if (location.path === '') throw new UsageError('the location names a share, not a file', whole);
  if (location.directory) throw new UsageError('there is no SAS for a directory', `name a file; ${whole}`);
  return location;
}

/** Reads one file; the only recipe for which answers can have other headers. */
export const sasRead: Verb = recipe({
  name: 'read',
  about: 'make a URL with which one file can be read',
  flags: responseFlags,
  examples: [
    'azstore sas read files://reports/november.pdf',
    'azstore sas read files://reports/november.pdf --expires 10m --content-disposition attachment',
    'curl -o november.pdf "$(azstore sas read -q files://reports/november.pdf)"',
  ],
  sign: (client, request, flags) =>
    client.sas.forRead({ ...request, responseHeaders: responseHeadersOf(flags) }),
});

export const sasWrite: Verb = recipe({
  name: 'write',
  about: 'make a URL with which one file can be written; includes creating and overwriting it',
  examples: ['azstore sas write files://inbox/upload.bin --expires 30m --ip 203.0.113.7'],
  sign: (client, request) => client.sas.forWrite(request),
});

export const sasReadWrite: Verb = recipe({
  name: 'read-write',
  about: 'make a URL with which one file can be read and written; includes creating it',
  examples: ['azstore sas read-write files://team/state.json --expires 15m'],
  sign: (client, request) => client.sas.forReadWrite(request),
});

export const sasCreate: Verb = recipe({
  name: 'create',
  about: 'make a URL with which one file can be created that is not there; not its content',
  examples: ['azstore sas create files://inbox/claim-17 --expires 5m'],
  sign: (client, request) => client.sas.forCreate(request),
});

export const sasDelete: Verb = recipe({
  name: 'delete',
  about: 'make a URL with which one file can be deleted; a locked one only with the id of its lease',
  examples: ['azstore sas delete files://inbox/upload.bin --expires 5m'],
  sign: (client, request) => client.sas.forDelete(request),
});

/** Locks one file, for which the service has rights on the share alone. */
export const sasLock: Verb = recipe({
  name: 'lock',
  about: 'make a URL with which one file can be locked; reads and writes every file of its share',
  examples: ['azstore sas lock files://team/nightly.lock --expires 8h --token'],
  remark: ({ share }) =>
    `the record of a lock lies beside the file, so this reads and writes every file of the share ${share}`,
  sign: (client, request) => client.sas.forLock(request),
});

/** Lists names. */
export const sasList: Verb = {
  name: 'sas list',
  about: 'make a URL with which names can be listed, in every directory of a share, and nothing read',
  args: '<location>',
  connects: true,
  flags: termFlags,
  examples: ['azstore sas list files://team --expires 8h', 'azstore sas list files://team/reports --json'],
  async run(invocation) {
    const location = parseInShare(invocation.args[0] ?? '');
    const { share, path } = location;
    const request = { ...termsOf(invocation.flags), share, path, signal: invocation.signal };
    await makeSas(invocation, {
      location,
      remark: path === '' ? undefined : remarkOfList(location),
      sign: (client) => client.sas.forList(request),
    });
  },
};

function remarkOfList(location: ShareLocation): string {
  const where = displayLocation({ ...location, account: undefined });
  return `there is no SAS for a directory: this lists every directory of the share, not ${where} alone`;
}
