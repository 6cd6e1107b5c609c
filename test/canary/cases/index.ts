import type { CanaryCase } from '../canary.js';
import { clientCases } from './client.js';
import { identityCases } from './identities.js';
import { leaseCases } from './leases.js';
import { optionCases } from './options.js';
import { sasCases } from './sas.js';
import { socketCases } from './sockets.js';

/** Whatever deals with secrets has its cases here. */
export const cases: readonly CanaryCase[] = [
  ...clientCases,
  ...optionCases,
  ...leaseCases,
  ...sasCases,
  ...socketCases,
  ...identityCases,
];
