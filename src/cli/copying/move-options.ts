import type { Checksum, DirectoryTransferOptions } from '../../files/index.js';

/** How files are moved between this machine and a share. */
export interface MoveOptions {
  /** What becomes of a file that the target has already; of one that was named itself, `compare` is `replace`. */
  readonly existing: NonNullable<DirectoryTransferOptions['existing']>;
  readonly checksum: Checksum;
  /** Where unfinished transfers are written down, if anywhere. */
  readonly notes: string | false;
  readonly signal: AbortSignal;
}

/** The part of it that a transfer of directories is told. */
export function treeOptions({
  existing,
  checksum,
  notes: resume,
}: MoveOptions): Pick<DirectoryTransferOptions, 'existing' | 'checksum' | 'resume' | 'compare'> {
  const comparing = existing === 'compare' && checksum === 'md5';
  return { existing, checksum, resume, ...(comparing && { compare: 'md5' }) };
}
