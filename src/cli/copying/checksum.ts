import type { Flag, Flags } from '../flags.js';

/** The flag of verbs that can compare by content. */
export const checksumFlag: Flag = {
  name: 'checksum',
  kind: 'switch',
  about: 'compare by MD5 instead of time, check each range with its MD5, and store that of the file',
};

/** How files are moved. */
export function checksumOf(flags: Flags): 'md5' | 'none' {
  return flags.on(checksumFlag.name) ? 'md5' : 'none';
}
