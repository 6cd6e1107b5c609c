/** Most bytes that one request can write, and that can be read with an MD5 of them. */
export const rangeLimit = 4 * 1024 * 1024;

/** Longest file, in bytes. */
export const maxFileBytes = 4 * 1024 ** 4;

export const bytesPerGiB = 1024 ** 3;
