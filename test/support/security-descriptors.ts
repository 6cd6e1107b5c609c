const domain = 'S-1-5-21-2127521184-1604012920-1887927527';
const owner = `O:${domain}-21560751G:${domain}-513`;

/** A security descriptor with an access list of three entries. */
export const descriptor = `${owner}D:AI(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;S-1-5-21-397955417-626881126-188441444-3053964)`;

/** Another one. */
export const otherDescriptor = `${owner}D:(A;;FA;;;SY)(A;;FA;;;BA)`;
