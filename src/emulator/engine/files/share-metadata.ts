import { shareKey } from '../../store/store.js';
import type { ShareContext } from '../context.js';
import { readMetadata, writeMetadata } from '../metadata.js';
import { emptyReply, type Reply } from '../reply.js';
import { modifiedHeaders } from './entry-headers.js';

/** Get Share Metadata. */
export function getShareMetadata({ share }: ShareContext): Reply {
  const headers = modifiedHeaders(share.etag);
  writeMetadata(headers, share.metadata);
  return emptyReply(200, headers);
}

/** Set Share Metadata: replaces all of it; a request without any clears it. */
export function setShareMetadata(context: ShareContext): Reply {
  const { store, account, share } = context;
  const metadata = readMetadata(context.headers) ?? [];
  const etag = context.identity.nextTicks();
  store.putShare(account, shareKey(share.name), { ...share, metadata, etag });
  return emptyReply(200, modifiedHeaders(etag));
}
