import type { CanaryCase } from '../canary.js';
import { cliCases } from './cli.js';
import { clientCases } from './client.js';
import { emulatorCases } from './emulator.js';
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
  ...cliCases,
  ...emulatorCases,
];
