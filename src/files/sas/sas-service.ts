import type {
  AccountSasPermission,
  AccountSasResourceType,
  AccountSasService,
} from '../../sas/account-sas.js';
import type { ResourceSas } from '../../sas/generated-sas.js';
import type { SasProtocol, SasResponseHeaders } from '../../sas/limits.js';
import type { SasPermissions } from '../../sas/permissions.js';
import type { UserDelegationKey } from '../../sas/user-delegation-key.js';
import type { CallOptions } from '../requests.js';
import type { ShareSasPermission } from './file-sas-fields.js';

/** When and from where a SAS may be used. */
export interface SasTerms extends CallOptions {
  /**
   * How long it is valid, in seconds from now on, or from `startsOn` where that is later. Limits: 1 second to 10 years, with
   * user delegation 7 days. @defaultValue 3600
   */
  expiresInSeconds?: number | undefined;
  /** The same as a time; not together with `expiresInSeconds`. */
  expiresOn?: Date | undefined;
  /** @defaultValue 15 minutes ago, so that a clock that is a little behind does not find it too early */
  startsOn?: Date | undefined;
  /** The only IPv4 address that may use it, or a range: `10.0.0.1-10.0.0.9`. */
  ipRange?: string | undefined;
  /** @defaultValue `https`; `https,http` where the client itself speaks http, as to an emulator on this machine */
  protocol?: SasProtocol | undefined;
  /** Service version that it is signed for. @defaultValue the client's, or the first one that has such a SAS */
  version?: string | undefined;
}

/** A SAS for one file. */
export interface FileSasRequest extends SasTerms {
  /** @defaultValue the client's `defaultShare` */
  share?: string | undefined;
  /** From the root of the share, not encoded. */
  path: string;
}

/** A SAS to read one file. */
export interface ReadSasRequest extends FileSasRequest {
  /** What answers say instead of what is stored with the file, such as `contentDisposition` for a download. */
  responseHeaders?: SasResponseHeaders | undefined;
}

/** A SAS to list. */
export interface ListSasRequest extends SasTerms {
  /** @defaultValue the client's `defaultShare` */
  share?: string | undefined;
  /** The directory that its `url` names. The SAS is for the whole share all the same. @defaultValue the root */
  path?: string | undefined;
}

/** Any SAS for a file or a share. */
export interface GenerateSasRequest extends SasTerms {
  /** @defaultValue the client's `defaultShare` */
  share?: string | undefined;
  /** A file. Left out, the SAS is for the whole share; `undefined` is refused, as it may have been meant otherwise. */
  path?: string;
  /** Needed unless a stored policy has them. `list` for a share only. */
  permissions?: SasPermissions<ShareSasPermission> | undefined;
  /** A stored access policy of the share; nothing has a default then. Only with an account key. */
  policyId?: string | undefined;
  responseHeaders?: SasResponseHeaders | undefined;
  /**
   * The only user who may use it, by object id; only with a token. That user must send a token of theirs beside it, as the
   * official clients can: this one does not.
   */
  delegatedUserObjectId?: string | undefined;
  /** The tenant of that user, where it is another one; only with a token. */
  delegatedUserTenantId?: string | undefined;
}

/** A SAS for the whole account. */
export interface GenerateAccountSasRequest extends SasTerms {
  /** @defaultValue `file` alone */
  services?: SasPermissions<AccountSasService> | undefined;
  resourceTypes: SasPermissions<AccountSasResourceType>;
  permissions: SasPermissions<AccountSasPermission>;
}

/** When a user delegation key is valid. */
export interface UserDelegationKeyRequest extends CallOptions {
  /** In seconds from now on, or from `startsOn` where that is later. Limits: 1 second to 7 days. @defaultValue 3600 */
  expiresInSeconds?: number | undefined;
  /** The same as a time; not together with `expiresInSeconds`. */
  expiresOn?: Date | undefined;
  /** @defaultValue 15 minutes ago */
  startsOn?: Date | undefined;
  /** The tenant of the only user who may use what is signed with it. */
  delegatedUserTenantId?: string | undefined;
}

/**
 * Shared access signatures: URLs that carry a right. The client signs them with what it has. With an **account key**: nothing
 * is sent, and the SAS ends early only when the key is changed or its stored policy is. With a **token**: a user delegation
 * key is asked of the service (version 2025-07-05; kept for further SAS), and the SAS allows what it says **and** the identity
 * may do. A client that has only a **SAS** cannot make another.
 *
 * `forRead` and its like are as narrow as the service allows, for one hour from 15 minutes ago on, for https alone. What is
 * broad or long is told to `telemetry` as a warning.
 *
 * Every call may throw `ConfigurationError` (`InvalidOption`, `InvalidRequest`, `InvalidPath`, `InvalidShareName`;
 * `MissingCredentials` where the client cannot sign such a SAS), and what asking for a key may throw.
 */
export interface SasService {
  /** Reads content, properties and metadata of one file. */
  forRead(request: ReadSasRequest): Promise<ResourceSas>;
  /**
   * Writes one file: content, length, properties, metadata, leases. The service cannot narrow this to an existing file: it
   * includes creating it, and overwriting it by that. Nothing can be read with it, not even properties: uploads by
   * `client.streaming` need {@link forReadWrite}, and atomic writes a SAS for the share.
   */
  forWrite(request: FileSasRequest): Promise<ResourceSas>;
  /** {@link forRead} and {@link forWrite}. */
  forReadWrite(request: FileSasRequest): Promise<ResourceSas>;
  /**
   * Creates one file that is not there yet, with its length, properties and metadata. Its content, which reads as zeros,
   * needs {@link forWrite}.
   */
  forCreate(request: FileSasRequest): Promise<ResourceSas>;
  /** Deletes one file. Where it is leased, that takes the id of the lease. */
  forDelete(request: FileSasRequest): Promise<ResourceSas>;
  /**
   * Lists names. The service knows no SAS for a directory: it lists **every** directory of the share, and no content.
   */
  forList(request?: ListSasRequest): Promise<ResourceSas>;
  /**
   * Locks one file with `client.leases`, and writes it under the lock. The record of the lock lies beside the file, and the
   * service knows no SAS for two files: it reads and writes **every** file of the share. It deletes none.
   */
  forLock(request: FileSasRequest): Promise<ResourceSas>;
  /** Any SAS for a file or a share. */
  generate(request: GenerateSasRequest): Promise<ResourceSas>;
  /** A SAS for the whole account. Only with an account key. */
  generateAccount(request: GenerateAccountSasRequest): Promise<ResourceSas>;
  /**
   * A key to sign with elsewhere, by {@link generateUserDelegationSas}. Only with a token.
   * @throws {AuthenticationError} `PermissionDenied` where the identity has no role for it, such as Storage File Delegator.
   * @see https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
   */
  getUserDelegationKey(request?: UserDelegationKeyRequest): Promise<UserDelegationKey>;
}
