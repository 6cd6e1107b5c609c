import type { Verb } from '../verb.js';
import { cat } from './cat.js';
import { cp } from './cp.js';
import { emulator } from './emulator.js';
import { ls } from './ls.js';
import { mkdir } from './mkdir.js';
import { mv } from './mv.js';
import { rm } from './rm.js';
import { stat } from './stat.js';
import { tree } from './tree.js';

/** All verbs, in the order of the help. */
export const verbs: readonly Verb[] = [ls, tree, cat, stat, cp, mv, mkdir, rm, emulator];
