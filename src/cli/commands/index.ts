import type { Verb } from '../verb.js';
import { cat } from './cat.js';
import { cp } from './cp.js';
import { doctor } from './doctor.js';
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
import { sasAccount } from './sas-account.js';
import { sasGenerate } from './sas-generate.js';
import { sasCreate, sasDelete, sasList, sasLock, sasRead, sasReadWrite, sasWrite } from './sas-recipes.js';
import { stat } from './stat.js';
import { sync } from './sync.js';
import { tree } from './tree.js';

/** All verbs, in the order of the help. */
export const verbs: readonly Verb[] = [
  ls,
  tree,
  cat,
  stat,
  cp,
  sync,
  mv,
  mkdir,
  rm,
  lock,
  leaseAcquire,
  leaseInspect,
  leaseRelease,
  leaseBreak,
  sasRead,
  sasWrite,
  sasReadWrite,
  sasCreate,
  sasDelete,
  sasList,
  sasLock,
  sasGenerate,
  sasAccount,
  doctor,
  emulator,
];

/** What the groups of verbs are about. */
export const groups: Readonly<Record<string, string>> = {
  lease: 'take, look at, give back and end leases on files and shares',
  sas: 'make SAS: URLs that carry a right, as narrow and short as may be',
};
