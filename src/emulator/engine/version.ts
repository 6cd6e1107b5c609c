import type { EngineSettings, OperationRow } from './context.js';
import { missingHeader, Refusal } from './service-errors.js';

/** The versions of the File service there are, as far as the emulator knows. */
export const knownVersions: readonly string[] = [
  '2014-02-14',
  '2015-02-21',
  '2015-04-05',
  '2015-07-08',
  '2015-12-11',
  '2016-05-31',
  '2017-04-17',
  '2017-07-29',
  '2017-11-09',
  '2018-03-28',
  '2018-11-09',
  '2019-02-02',
  '2019-07-07',
  '2019-10-10',
  '2019-12-12',
  '2020-02-10',
  '2020-04-08',
  '2020-06-12',
  '2020-08-04',
  '2020-10-02',
  '2020-12-06',
  '2021-02-12',
  '2021-04-10',
  '2021-06-08',
  '2021-08-06',
  '2021-10-04',
  '2021-12-02',
  '2022-11-02',
  '2023-01-03',
  '2023-05-03',
  '2023-08-03',
  '2023-11-03',
  '2024-02-04',
  '2024-05-04',
  '2024-08-04',
  '2024-11-04',
  '2025-01-05',
  '2025-05-05',
  '2025-07-05',
  '2025-11-05',
  '2026-02-06',
  '2026-04-06',
  '2026-06-06',
  '2026-10-06',
];

/**
 * Checks `x-ms-version`, if it is there. Any well-formed one is taken, as the service takes those it has enabled.
 * @throws {Refusal} `InvalidHeaderValue`.
 */
export function checkVersion(version: string | undefined, settings: EngineSettings): string | undefined {
  if (version === undefined) return undefined;
  const accepted = settings.strictApiVersion ? knownVersions.includes(version) : isDate(version);
  if (!accepted) {
    throw new Refusal('InvalidHeaderValue', {
      extras: { HeaderName: 'x-ms-version', HeaderValue: version },
      frontEnd: true,
    });
  }
  return version;
}

/**
 * The version that an operation goes by.
 * @throws {Refusal} `MissingRequiredHeader` when none was given; `FeatureVersionMismatch` when it has no such operation.
 */
export function versionFor(row: OperationRow, given: string | undefined): string {
  if (given === undefined) throw missingHeader('x-ms-version');
  if (row.since !== undefined && given < row.since) throw new Refusal('FeatureVersionMismatch');
  return given;
}

function isDate(text: string): boolean {
  return /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(text);
}
