import { type ClientOptions, resolveClientOptions } from '../../src/core/options.js';
import { createPipeline } from '../../src/core/pipeline.js';
import type { FilesContext } from '../../src/files/context.js';
import { mapFailure } from '../../src/files/failure.js';

/** What the services of a client share, for tests of what is below them. */
export function contextOf({
  defaultShare,
  ...options
}: ClientOptions & { defaultShare: string }): FilesContext {
  const resolved = resolveClientOptions('file', options, {});
  return { pipeline: createPipeline(resolved, { name: 'azure_files', mapFailure }), defaultShare };
}
