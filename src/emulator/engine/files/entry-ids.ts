/** Ids that the first item of each kind gets in a share; the next ones follow in a fixed step. */
const firstIds = { directory: 13_835_128_424_026_341_376n, file: 11_529_285_414_812_647_424n } as const;
const step = 0x2000_0000_0000n;

/** The id of the share's root as its children name it. */
export const rootId = '0';

/** The id of the n-th item of a kind in a share, counted from 1. */
export function entryId(kind: 'directory' | 'file', number: number): string {
  return (firstIds[kind] + step * BigInt(number - 1)).toString();
}
