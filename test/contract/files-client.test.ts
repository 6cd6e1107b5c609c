import { describe } from 'vitest';
import { backends } from './files-client-backends.js';
import { contentSuite } from './files-client-content.js';
import { directorySuite } from './files-client-directories.js';
import { moveSuite } from './files-client-moves.js';
import { nameSuite } from './files-client-names.js';
import { objectSuite } from './files-client-objects.js';
import { updateSuite } from './files-client-updates.js';

for (const backend of backends) {
  describe(`files client over ${backend.name}`, () => {
    contentSuite(backend);
    objectSuite(backend);
    nameSuite(backend);
    directorySuite(backend);
    moveSuite(backend);
    updateSuite(backend);
  });
}
