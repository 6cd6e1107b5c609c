import type { CanaryCase } from '../canary.js';
import { clientCases } from './client.js';

export const cases: readonly CanaryCase[] = [...clientCases];
