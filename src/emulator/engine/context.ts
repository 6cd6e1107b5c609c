import type { HttpHeaders } from '../../core/http/headers.js';
import type { DirectoryRecord, EntryRecord, FileRecord, ShareRecord, StoreWriter } from '../store/store.js';
import type { AccountKeys } from './authenticate.js';
import type { Peer } from './authority/admission.js';
import type { Authority } from './authority/authority.js';
import type { DelegationKeys } from './authority/delegation.js';
import type { RoleTable } from './authority/roles.js';
import type { Identity } from './identity.js';
import type { Reply } from './reply.js';

/** Rules that the owner of the emulator can set. */
export interface EngineSettings {
  /** How long the name of a deleted share stays taken, in milliseconds. */
  readonly shareDeletionMs: number;
  /** How many days a deleted share can be restored; 0 or absent = not at all. */
  readonly shareRetentionDays?: number | undefined;
  /** Whether versions that the emulator does not know are refused. */
  readonly strictApiVersion: boolean;
  /** What the bearers of tokens may do; absent = everything. */
  readonly roles?: RoleTable;
  /** Whether it may be called by a host (and port); absent = by any. */
  readonly acceptsHost?: ((host: string) => boolean) | undefined;
}

/** One request on its way through the engine, as handlers see it. */
export interface RequestContext {
  readonly account: string;
  /** The `x-ms-version` that the request goes by. */
  readonly version: string;
  readonly headers: HttpHeaders;
  /** Decoded query parameters by lower-cased name. */
  readonly query: ReadonlyMap<string, string>;
  /** The share's name as it was given; empty for operations on the account. */
  readonly shareName: string;
  /** Decoded names of the path below the share, after the rule for trailing dots. */
  readonly path: readonly string[];
  /** The account's URL as the client wrote it, ending in `/`. */
  readonly serviceEndpoint: string;
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly identity: Identity;
  /** The accounts of this emulator and their keys. */
  readonly accounts: AccountKeys;
  /** What the request's credentials make of its sender. */
  readonly authority: Authority;
  /** Whether a file that is there already may be replaced. */
  readonly mayReplace: boolean;
  readonly delegation: DelegationKeys;
  /** Where the request comes from. */
  readonly peer: Peer;
  readonly settings: EngineSettings;
  readonly store: StoreWriter;
}

/** The share (or the snapshot that the request names) exists. */
export interface ShareContext extends RequestContext {
  readonly share: ShareRecord;
}

/** The directory exists. */
export interface DirectoryContext extends ShareContext {
  readonly directory: DirectoryRecord;
}

/** The file exists, and the lease id of the request fits it. */
export interface FileContext extends ShareContext {
  readonly file: FileRecord;
}

/** The directory that is to hold a new entry exists. */
export interface PlaceContext extends ShareContext {
  readonly parent: DirectoryRecord;
  /** The last name of the path. */
  readonly name: string;
  /** The name folded for comparison. */
  readonly key: string;
  readonly existing: EntryRecord | undefined;
}

/** A file or a directory exists. */
export interface EntryContext extends ShareContext {
  readonly entry: EntryRecord;
}

export type Handler<Context> = (context: Context) => Reply;

/**
 * What must be there before a handler runs, and the handler:
 * `nothing`; `share`; an existing `directory`, `file`, or either of them as `entry`;
 * `place`: the parent of what is to be made, which itself may exist or not.
 */
export type Target =
  | { readonly needs: 'nothing'; readonly handle: Handler<RequestContext> }
  | { readonly needs: 'share'; readonly handle: Handler<ShareContext> }
  | { readonly needs: 'directory'; readonly handle: Handler<DirectoryContext> }
  | { readonly needs: 'file'; readonly handle: Handler<FileContext> }
  | { readonly needs: 'entry'; readonly handle: Handler<EntryContext> }
  | { readonly needs: 'place'; readonly handle: Handler<PlaceContext> };

/** Which kind of URL an operation has: the account, a share, a directory, a file, or a directory or file alike. */
export type Scope = 'account' | 'share' | 'directory' | 'file' | 'entry';

/** What the router, the body reader and the preconditions know of an operation; the table has it under its REST name. */
export type OperationRow = Target & {
  readonly methods: readonly string[];
  readonly scope: Scope;
  /** The query parameter `comp`; empty = absent. */
  readonly comp: string;
  /** A header whose presence makes it this operation instead of the one without. */
  readonly withHeader?: string;
  /** `write` runs as one step that can change the store. */
  readonly access: 'read' | 'write';
  /** Most bytes its body may have; absent = none. */
  readonly bodyLimit?: number;
  /**
   * How a lease on the file or the share is respected: `write` needs its id, `read` only refuses a wrong one,
   * `own` = the handler decides. Absent = leases do not matter.
   */
  readonly lease?: 'write' | 'read' | 'own';
  /** Whether `sharesnapshot` can be given; absent = it is refused. */
  readonly snapshots?: boolean;
  /** Least `x-ms-version`. */
  readonly since?: string;
};
