/** The reflected polynomial of the checksum that Azure Storage uses (CRC-64/NVME), as two halves. */
const polynomialHigh = 0x9a6c9329;
const polynomialLow = 0xac4bc9b5;

const tableHigh = new Uint32Array(256);
const tableLow = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1;
    low = ((low >>> 1) | (high << 31)) >>> 0;
    high >>>= 1;
    if (odd === 1) {
      high = (high ^ polynomialHigh) >>> 0;
      low = (low ^ polynomialLow) >>> 0;
    }
  }
  tableHigh[byte] = high;
  tableLow[byte] = low;
}

/** The CRC-64 of some bytes, as headers carry it: base64 of its eight bytes, the lowest first. */
export function crc64(pieces: Iterable<Uint8Array>): string {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const piece of pieces) {
    for (let index = 0; index < piece.length; index++) {
      const entry = (low ^ (piece[index] as number)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (tableLow[entry] as number);
      high = (high >>> 8) ^ (tableHigh[entry] as number);
    }
  }
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(~low >>> 0, 0);
  bytes.writeUInt32LE(~high >>> 0, 4);
  return bytes.toString('base64');
}
