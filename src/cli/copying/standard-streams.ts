import { type AzureFilesClient, type ByteStream, type Checksum, FileError } from '../../files/index.js';
import { LocalError } from '../failures.js';
import type { Io } from '../io.js';
import { displayLocation, type ShareLocation } from '../locations.js';
import { mustFind } from '../lookup.js';
import type { Output } from '../output.js';
import type { CopyLimits } from './limits.js';
import type { Steps } from './step.js';

export interface StreamOptions {
  readonly client: AzureFilesClient;
  readonly checksum: Checksum;
}

export interface StandardInputOptions extends StreamOptions {
  readonly stdin: Io['stdin'];
  /** Whether a file of the share may be replaced. */
  readonly overwrite: boolean;
  /** Of the lease on the file. */
  readonly leaseId: string | undefined;
}

/** The step that makes a file of what comes on standard input. */
export async function* fromStandardInput(target: ShareLocation, options: StandardInputOptions): Steps {
  const { client, stdin, overwrite, leaseId, checksum } = options;
  const { share, path } = target;
  yield {
    kind: 'file',
    source: '-',
    target: displayLocation(target),
    size: undefined,
    async run(context) {
      const request = { share, path, ...context, atomic: true, overwrite, leaseId, checksum };
      try {
        await client.streaming.uploadStream(request, bytesOf(stdin));
        return 'copied';
      } catch (error) {
        if (!overwrite && error instanceof FileError && error.code === 'FileAlreadyExists') return 'skipped';
        throw error;
      }
    },
  };
}

export interface StandardOutputOptions extends StreamOptions {
  readonly output: Output;
  /** What was asked for; with nothing, the file comes by one request. */
  readonly limits: Partial<CopyLimits>;
  readonly signal: AbortSignal;
}

/** The step that writes a file to standard output. */
export async function* toStandardOutput(source: ShareLocation, options: StandardOutputOptions): Steps {
  const { client, output, checksum, limits, signal } = options;
  const found = await mustFind(client, source, signal);
  if (found.kind === 'directory')
    throw new LocalError(
      'NotSupported',
      `${displayLocation(source)} is a directory: it cannot be written out`,
    );
  const { share, path } = source;
  const { size } = found.properties;
  yield {
    kind: 'file',
    source: displayLocation(source),
    target: '-',
    size,
    async run({ signal: end, onProgress }) {
      const stream = await client.streaming.downloadStream({ share, path, ...limits, checksum, signal: end });
      let loadedBytes = 0;
      for await (const bytes of stream) {
        await output.bytes(bytes);
        loadedBytes += bytes.length;
        onProgress({ loadedBytes, totalBytes: size });
      }
      return 'copied';
    },
  };
}

/** Standard input as bytes, which can be given up while it has nothing to give. */
function bytesOf(stdin: Io['stdin']): ByteStream & { destroy(): void } {
  return {
    destroy() {
      if ('destroy' in stdin && typeof stdin.destroy === 'function') stdin.destroy();
    },
    async *[Symbol.asyncIterator]() {
      for await (const chunk of stdin)
        yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    },
  };
}
