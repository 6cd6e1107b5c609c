import type { ShareFileClient } from '@azure/storage-file-share';

type Download = Awaited<ReturnType<ShareFileClient['download']>>;

/** The body of a download of the official client. */
export async function downloaded(download: Download | Promise<Download>): Promise<Buffer> {
  const { readableStreamBody } = await download;
  const pieces: Buffer[] = [];
  for await (const piece of readableStreamBody ?? []) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
