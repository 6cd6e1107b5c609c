/** The id of the share's root as its children name it. */
export const rootId = '0';

/** A bit that every id has; those above it count. */
const markBit = 46;
const countBits = 63 - markBit;

/**
 * The id of the n-th item (file or directory) of a share, counted from 1. The service counts odd numbers with their
 * bits in reverse, so ids look random but begin the same way in every share: 13835128424026341376,
 * 11529285414812647424, 16140971433240035328.
 */
export function entryId(number: number): string {
  const count = BigInt(number) * 2n + 1n;
  const low = count & ((1n << BigInt(countBits)) - 1n);
  const high = count >> BigInt(countBits);
  const straight = low | (1n << BigInt(countBits)) | (high << BigInt(countBits + 1));
  return reversed(straight).toString();
}

function reversed(value: bigint): bigint {
  const bits = value.toString(2).padStart(64, '0');
  return BigInt(`0b${[...bits].reverse().join('')}`);
}
