const plain = /^[0-9a-f]{32}$/;
const dashed = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const part = (digits: number): string => `0x([0-9a-f]{1,${digits}})`;
const structure = new RegExp(
  `^\\{${part(8)},${part(4)},${part(4)},\\{${Array.from({ length: 8 }, () => part(2)).join(',')}\\}\\}$`,
);
const structureDigits = [8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2] as const;

/**
 * A GUID in the one form in which they are compared and told: lower case with dashes. Takes every spelling that the
 * service takes: with dashes or without, in braces or parentheses, and `{0x...,0x...,0x...,{0x...}}`.
 * @returns `undefined` when the text is no GUID.
 */
export function parseGuid(text: string): string | undefined {
  const lower = text.toLowerCase();
  const inner = /^\{([^{}]*)\}$|^\(([^()]*)\)$/.exec(lower);
  const bare = inner?.[1] ?? inner?.[2] ?? lower;
  if (dashed.test(bare)) return bare;
  if (inner === null && plain.test(lower)) return withDashes(lower);
  const parts = structure.exec(lower.replace(/\s/g, ''));
  if (parts === null) return undefined;
  return withDashes(
    structureDigits.map((digits, index) => (parts[index + 1] ?? '').padStart(digits, '0')).join(''),
  );
}

function withDashes(digits: string): string {
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}
