import { parseInShare } from '../locations.js';
import type { Output } from '../output.js';
import { UsageError } from '../usage-error.js';
import type { Invocation, Verb } from '../verb.js';

/** Writes a file, or a part of it, to standard output. */
export const cat: Verb = {
  name: 'cat',
  about: 'write a file, or a part of it, to standard output',
  args: '<location>',
  connects: true,
  flags: [
    {
      name: 'range',
      kind: 'text',
      placeholder: 'a-b',
      about: 'bytes a to b, both included, as in HTTP; a- for the rest from a',
    },
    { name: 'offset', kind: 'integer', placeholder: 'bytes', about: 'leave out what is before it' },
  ],
  examples: ['azstore cat files://team/notes.txt', 'azstore cat --range 0-511 files://team/image.bin | xxd'],
  async run(invocation) {
    const { args, connections, output, signal } = invocation;
    const location = parseInShare(args[0] ?? '');
    if (location.path === '' || location.directory)
      throw new UsageError('a directory cannot be written out; name a file');
    const range = rangeOf(invocation);
    const { share, path } = location;
    const client = connections.client(location);
    const stream = await client.streaming.downloadStream({ share, path, range, signal });
    let offset = range?.start ?? 0;
    for await (const bytes of stream) {
      await print(output, { share, path, offset, bytes });
      offset += bytes.length;
    }
  },
};

function rangeOf({ flags }: Invocation): { start: number; end?: number } | undefined {
  const text = flags.text('range');
  const offset = flags.integer('offset');
  if (text === undefined) return offset === undefined || offset === 0 ? undefined : { start: offset };
  if (offset !== undefined) throw new UsageError('only one of --range and --offset can be given');
  const match = /^(\d{1,15})-(\d{1,15})?$/.exec(text);
  const start = Number(match?.[1]);
  const last = match?.[2] === undefined ? undefined : Number(match[2]);
  if (match === null || (last !== undefined && last < start)) {
    throw new UsageError('--range must have the form a-b or a-, in bytes, with a not greater than b');
  }
  return last === undefined ? { start } : { start, end: last + 1 };
}

interface Part {
  readonly share: string;
  readonly path: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** As JSON a file is a line for each part, since it may be larger than memory. */
async function print(output: Output, { share, path, offset, bytes }: Part): Promise<void> {
  if (!output.mode.json) return output.bytes(bytes);
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  await output.values([{ share, path, offset, length: bytes.length, base64 }]);
}
