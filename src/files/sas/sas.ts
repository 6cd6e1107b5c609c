import { ConfigurationError } from '../../core/errors.js';
import { harmless } from '../../core/telemetry-layers.js';
import { sasConcerns } from '../../sas/concerns.js';
import { type GeneratedSas, ResourceSas } from '../../sas/generated-sas.js';
import { longestDelegationMs, optionalGuid, type UserDelegationKey } from '../../sas/user-delegation-key.js';
import { type FilesContext, locateDirectory, locateFile, locateShare, shareOf } from '../context.js';
import { invalidRequest } from '../request-checks.js';
import { sasFields } from '../request-fields.js';
import { method } from '../service-method.js';
import { DelegationKeys, fetchDelegationKey } from './delegation-keys.js';
import type { ShareSasPermission } from './file-sas-fields.js';
import type {
  FileSasRequest,
  GenerateAccountSasRequest,
  GenerateSasRequest,
  ListSasRequest,
  ReadSasRequest,
  SasService,
  UserDelegationKeyRequest,
} from './sas-service.js';
import { SasSigner } from './sas-signer.js';
import { timeWindow } from './sas-terms.js';

/** The service behind `client.sas`. */
export function createSasService(context: FilesContext): SasService {
  const signer = new SasSigner(context, new DelegationKeys(context));
  const forFile = (...permissions: ShareSasPermission[]) =>
    method(sasFields.forFile, (request: FileSasRequest) =>
      sasForFile(context, signer, { ...request, permissions }),
    );
  const forList = method(sasFields.forList, (request: ListSasRequest) =>
    sasForList(context, signer, request),
  );
  const getKey = method(sasFields.key, (request: UserDelegationKeyRequest) =>
    userDelegationKey(context, request),
  );
  return {
    forRead: method(sasFields.forRead, (request: ReadSasRequest) =>
      sasForFile(context, signer, { ...request, permissions: ['read'] }),
    ),
    forWrite: forFile('write'),
    forReadWrite: forFile('read', 'write'),
    forCreate: forFile('create'),
    forDelete: forFile('delete'),
    forList: (request = {}) => forList(request),
    forLock: method(sasFields.forFile, (request: FileSasRequest) => sasForLock(context, signer, request)),
    generate: method(sasFields.generate, (request: GenerateSasRequest) => generate(context, signer, request)),
    generateAccount: method(sasFields.account, (request: GenerateAccountSasRequest) =>
      generateAccount(context, signer, request),
    ),
    getUserDelegationKey: (request = {}) => getKey(request),
  };
}

type FileWish = ReadSasRequest & { readonly permissions: readonly ShareSasPermission[] };

async function sasForFile(context: FilesContext, signer: SasSigner, request: FileWish): Promise<ResourceSas> {
  const at = locateFile(context, request.share, request.path);
  const sas = await signer.sign({ ...request, share: at.share, path: at.path });
  return handedOut(context, sas, at.target);
}

/** The directory is in the URL alone: a SAS for a directory does not exist. */
async function sasForList(
  context: FilesContext,
  signer: SasSigner,
  request: ListSasRequest,
): Promise<ResourceSas> {
  const { path = '', ...terms } = request;
  const at = locateDirectory(context, request.share, path);
  const sas = await signer.sign({ ...terms, share: at.share, permissions: ['list'] });
  return handedOut(context, sas, at.target);
}

/** The record beside the file is read and written, too. */
async function sasForLock(
  context: FilesContext,
  signer: SasSigner,
  request: FileSasRequest,
): Promise<ResourceSas> {
  const { path, ...terms } = request;
  const at = locateFile(context, request.share, path);
  const sas = await signer.sign({ ...terms, share: at.share, permissions: ['read', 'write'] });
  return handedOut(context, sas, at.target);
}

async function generate(
  context: FilesContext,
  signer: SasSigner,
  request: GenerateSasRequest,
): Promise<ResourceSas> {
  const share = shareOf(context, request.share);
  const { path } = request;
  if (Object.hasOwn(request, 'path') && path === undefined) {
    throw invalidRequest('path is undefined: give a text, or leave it out for a SAS for the whole share');
  }
  const at = path === undefined ? locateShare(context, { share }) : locateFile(context, share, path);
  return handedOut(context, await signer.sign({ ...request, share }), at.target);
}

async function generateAccount(
  context: FilesContext,
  signer: SasSigner,
  request: GenerateAccountSasRequest,
): Promise<ResourceSas> {
  return handedOut(context, await signer.signAccount(request), `${context.pipeline.endpoint.basePath}/`);
}

/** Puts the address before it, and tells who watches when it is broad or long. */
function handedOut(context: FilesContext, sas: GeneratedSas, target: string): ResourceSas {
  const { endpoint, options } = context.pipeline;
  const now = options.clock.now();
  const concerns = options.telemetry === undefined ? [] : sasConcerns(sas, now, endpoint.origin);
  if (options.telemetry !== undefined && concerns.length > 0) {
    harmless(options.telemetry).log('warn', 'azure_files broad or long SAS', {
      kind: sas.kind,
      resource: sas.resource,
      permissions: sas.permissions,
      concerns: concerns.join('; '),
    });
  }
  return new ResourceSas(sas, endpoint.origin + target);
}

async function userDelegationKey(
  context: FilesContext,
  request: UserDelegationKeyRequest,
): Promise<UserDelegationKey> {
  const { clock, credentials } = context.pipeline.options;
  const { delegatedUserTenantId } = request;
  optionalGuid(delegatedUserTenantId, 'delegatedUserTenantId');
  const window = timeWindow(request, clock.now(), longestDelegationMs);
  if (credentials.kind !== 'token') {
    throw new ConfigurationError(
      'MissingCredentials',
      'only a token can ask for a user delegation key, and this client has none: give credentials such as { type: "default" }',
    );
  }
  return fetchDelegationKey(context, { ...window, delegatedUserTenantId }, request);
}
