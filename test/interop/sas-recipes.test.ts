import { describe, expect, it } from 'vitest';
import type { AzureFilesClient, ResourceSas } from '../../src/files/index.js';
import {
  type AttemptName,
  type Attempts,
  absent,
  attempts,
  type Owner,
  officialAttempts,
  ourAttempts,
  path,
  policy,
  restore,
  startOwner,
  tokenCredentials,
  verdict,
} from './sas-ends.js';

/*
 * Every recipe of client.sas, signed with an account key and with a token, through our client and through the official one:
 * what it is for works, everything else is refused for the right reason. The signing and the emulator's verification were
 * written apart, each from the documents.
 */

type Sign = (client: AzureFilesClient) => Promise<ResourceSas>;

interface Recipe {
  readonly sign: Sign;
  /** What it is signed for. */
  readonly of: 'file' | 'new file' | 'share' | 'account';
  readonly allows: readonly AttemptName[];
}

const reading = ['read', 'look', 'list ranges'] as const;
const writing = ['write', 'overwrite', 'set metadata', 'lease'] as const;
const beside = ['read beside it', 'write beside it', 'create a new file', 'make a directory'] as const;
const inShare = [...reading, ...writing, ...beside, 'delete', 'list'] as const;

/** What a key and a token can both sign. */
const recipes: Readonly<Record<string, Recipe>> = {
  forRead: { sign: ({ sas }) => sas.forRead({ path }), of: 'file', allows: reading },
  forWrite: { sign: ({ sas }) => sas.forWrite({ path }), of: 'file', allows: writing },
  forReadWrite: {
    sign: ({ sas }) => sas.forReadWrite({ path }),
    of: 'file',
    allows: [...reading, ...writing],
  },
  forCreate: {
    sign: ({ sas }) => sas.forCreate({ path: absent }),
    of: 'new file',
    allows: ['create a new file'],
  },
  'forCreate of a file that is there': {
    sign: ({ sas }) => sas.forCreate({ path }),
    of: 'file',
    allows: [],
  },
  forDelete: { sign: ({ sas }) => sas.forDelete({ path }), of: 'file', allows: ['delete'] },
  forList: { sign: ({ sas }) => sas.forList({ path: 'd' }), of: 'share', allows: ['list'] },
  forLock: {
    sign: ({ sas }) => sas.forLock({ path }),
    of: 'share',
    allows: [...reading, ...writing, ...beside],
  },
  'generate for a file': {
    sign: ({ sas }) => sas.generate({ path, permissions: ['read', 'delete'] }),
    of: 'file',
    allows: [...reading, 'delete'],
  },
  'generate for a share': {
    sign: ({ sas }) => sas.generate({ permissions: 'rwdlc' }),
    of: 'share',
    allows: inShare,
  },
};

/** What only a key can sign. */
const keyRecipes: Readonly<Record<string, Recipe>> = {
  'generate by a policy': {
    sign: ({ sas }) => sas.generate({ policyId: 'readers' }),
    of: 'share',
    allows: [...reading, 'read beside it', 'list'],
  },
  generateAccount: {
    sign: ({ sas }) =>
      sas.generateAccount({ resourceTypes: ['object'], permissions: ['read', 'write', 'list', 'create'] }),
    of: 'account',
    allows: [...reading, ...writing, ...beside],
  },
  'generateAccount for all': {
    sign: ({ sas }) => sas.generateAccount({ resourceTypes: 'sco', permissions: 'rwdlc' }),
    of: 'account',
    allows: [...inShare, 'look at the share', 'list shares'],
  },
};

/** Why each attempt is refused that a recipe does not allow. */
function refusalOf({ of }: Recipe, attempt: AttemptName): string {
  const level = 'AuthenticationFailed';
  const isOfFile = [...reading, ...writing, 'delete'].includes(attempt);
  switch (of) {
    case 'file':
      return isOfFile ? 'AuthorizationPermissionMismatch' : level;
    case 'new file':
      return level;
    case 'share':
      if (attempt === 'list shares') return level;
      return attempt === 'look at the share' ? 'AuthorizationFailure' : 'AuthorizationPermissionMismatch';
    case 'account':
      return attempt === 'delete' ? 'AuthorizationPermissionMismatch' : 'AuthorizationResourceTypeMismatch';
  }
}

function expected(recipe: Recipe): Record<string, string> {
  const outcome = (attempt: AttemptName) =>
    recipe.allows.includes(attempt) ? 'yes' : refusalOf(recipe, attempt);
  return Object.fromEntries(attempts.map((attempt) => [attempt, outcome(attempt)]));
}

async function verdicts(owner: AzureFilesClient, all: Attempts): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  for (const attempt of attempts) {
    await restore(owner);
    outcomes[attempt] = await verdict(all[attempt]);
  }
  return outcomes;
}

const signers: Readonly<Record<string, (started: Owner) => AzureFilesClient>> = {
  'an account key': ({ owner }) => owner,
  'a token': ({ connect }) => connect(tokenCredentials()),
};

describe.each(Object.keys(signers))('a SAS signed with %s', (signer) => {
  const all = signer === 'a token' ? recipes : { ...recipes, ...keyRecipes };

  describe.each(Object.keys(all))('by %s', (name) => {
    const recipe = all[name] as Recipe;

    it.each(['our client', 'the official client'])('lets %s do that and nothing else', async (by) => {
      const started = await startOwner();
      await started.setPolicies([policy('readers', 'rl')]);
      const { owner, withSas, officialShare, officialService } = started;
      const { token, protocol } = await recipe.sign((signers[signer] ?? (() => owner))(started));
      expect(protocol).toBe('https');
      const tried =
        by === 'our client'
          ? ourAttempts(withSas(token))
          : officialAttempts(officialShare(token), officialService(token));
      expect(await verdicts(owner, tried)).toEqual(expected(recipe));
    });
  });
});
