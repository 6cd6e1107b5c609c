import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** What is read at a time. */
const readBytes = 256 * 1024;

/** MD5 in base64 of a local file. */
export async function localMd5(path: string, signal: AbortSignal): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const hash = createHash('md5');
    const buffer = Buffer.allocUnsafe(readBytes);
    for (let at = 0; ; ) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, readBytes, at);
      if (bytesRead === 0) return hash.digest('base64');
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
