import type { FileService, ShareBoundFileService } from './services.js';

/** {@link FileService} with the share set. */
export function bindToShare(files: FileService, share: string): ShareBoundFileService {
  return {
    share,
    create: (path, size, options) => files.create({ ...options, share, path, size }),
    read: (path, options) => files.read({ ...options, share, path }),
    write: (path, data, options) => files.write({ ...options, share, path, data }),
    writeIfMatch: (path, { data, etag }, options) =>
      files.writeIfMatch({ ...options, share, path, data }, etag),
    updateIfMatch: (path, change, options) => files.updateIfMatch({ ...options, share, path }, change),
    append: (path, data, options) => files.append({ ...options, share, path, data }),
    delete: (path, options) => files.delete({ ...options, share, path }),
    deleteIfExists: (path, options) => files.deleteIfExists({ ...options, share, path }),
    exists: (path, options) => files.exists({ ...options, share, path }),
    getProperties: (path, options) => files.getProperties({ ...options, share, path }),
    setMetadata: (path, metadata, options) => files.setMetadata({ ...options, share, path, metadata }),
  };
}
