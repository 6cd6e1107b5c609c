import type { Verb } from '../verb.js';
import { cat } from './cat.js';
import { cp } from './cp.js';
import { emulator } from './emulator.js';
import { leaseAcquire } from './lease-acquire.js';
import { leaseBreak } from './lease-break.js';
import { leaseInspect } from './lease-inspect.js';
import { leaseRelease } from './lease-release.js';
import { lock } from './lock.js';
import { ls } from './ls.js';
import { mkdir } from './mkdir.js';
import { mv } from './mv.js';
import { rm } from './rm.js';
import { stat } from './stat.js';
import { tree } from './tree.js';

/** All verbs, in the order of the help. */
export const verbs: readonly Verb[] = [
  ls,
  tree,
  cat,
  stat,
  cp,
  mv,
  mkdir,
  rm,
  lock,
  leaseAcquire,
  leaseInspect,
  leaseRelease,
  leaseBreak,
  emulator,
];

/** What the groups of verbs are about. */
export const groups: Readonly<Record<string, string>> = {
  lease: 'take, look at, give back and end leases on files and shares',
};
