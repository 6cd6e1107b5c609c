import { invalidOption } from '../core/option-checks.js';

/** One thing that a SAS can allow: its name here, its letter on the wire, and the first version that knows it. */
export interface PermissionRow<Name extends string> {
  readonly name: Name;
  readonly letter: string;
  readonly least?: string;
}

/** Names of permissions in any order, or their letters as one text: `['read', 'list']` or `'rl'`. */
export type SasPermissions<Name extends string> = readonly Name[] | string;

/**
 * The letters of permissions, each once, in the order of the table, which is the one that the service asks for.
 * @param option - What messages call the value.
 * @throws {ConfigurationError} `InvalidOption` when there is none, or one that is not in the table.
 */
export function permissionLetters<Name extends string>(
  given: SasPermissions<Name>,
  table: readonly PermissionRow<Name>[],
  option: string,
): string {
  if (typeof given !== 'string' && !Array.isArray(given)) {
    throw invalidOption(`${option} must be a list of names, or their letters; ${knownRows(table)}`);
  }
  const column = typeof given === 'string' ? 'letter' : 'name';
  const wanted = new Set<string>(given);
  if (wanted.size === 0) throw invalidOption(`${option} must not be empty; ${knownRows(table)}`);
  const chosen = table.filter((row) => wanted.delete(row[column]));
  for (const stranger of wanted) {
    const shown = JSON.stringify(String(stranger).slice(0, 30));
    throw invalidOption(`${option} has ${shown}, which is none of them; ${knownRows(table)}`);
  }
  return chosen.map(({ letter }) => letter).join('');
}

/** @throws {ConfigurationError} `InvalidOption` when the version is too old for one of the letters. */
export function checkLetterVersions(
  letters: string,
  table: readonly PermissionRow<string>[],
  version: string,
): void {
  const early = table.find(({ letter, least = '' }) => letters.includes(letter) && version < least);
  if (early === undefined) return;
  throw invalidOption(
    `the permission ${early.name} (${early.letter}) needs version ${early.least} or later, got ${version}`,
  );
}

function knownRows(table: readonly PermissionRow<string>[]): string {
  return `known are ${table.map(({ name, letter }) => `${name} (${letter})`).join(', ')}`;
}
