import { formatBytes, formatCount } from '../format.js';

/** What a copy has done, or would do. */
export class Tally {
  files = 0;
  bytes = 0;
  directories = 0;
  unchanged = 0;
  deleted = 0;
  skipped = 0;
  failed = 0;

  /** As data. @param deletes - Whether it is of a kind of copy that may delete. */
  counts({ deletes }: { readonly deletes: boolean }): Readonly<Record<string, number>> {
    const { files, directories, unchanged, deleted, skipped, failed, bytes } = this;
    return { files, directories, unchanged, ...(deletes && { deleted }), skipped, failed, bytes };
  }

  /** In words, on one line. */
  text({ dryRun }: { readonly dryRun: boolean }): string {
    const { files, bytes, directories, unchanged, deleted, skipped, failed } = this;
    const parts = [`${formatCount(files, 'file')}, ${formatBytes(bytes)} ${dryRun ? 'to copy' : 'copied'}`];
    if (directories > 0) parts.push(formatCount(directories, 'directory', 'directories'));
    if (unchanged > 0) parts.push(`${unchanged} unchanged`);
    if (deleted > 0) parts.push(`${deleted} ${dryRun ? 'to delete' : 'deleted'}`);
    if (skipped > 0) parts.push(`${skipped} not copied`);
    if (failed > 0) parts.push(`${failed} failed`);
    return parts.join('; ');
  }
}
