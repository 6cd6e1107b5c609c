import { resolve } from 'node:path';
import { checkChoice, checkNumber } from '../../core/option-checks.js';
import { batchBytes } from '../../transfer/batch-writer.js';
import { resolveTransfer, type TransferSettings } from '../../transfer/settings.js';
import { PathFilter } from '../../transfer/tree/path-filter.js';
import { transferTree } from '../../transfer/tree/transfer-tree.js';
import { TreeProgress } from '../../transfer/tree/tree-progress.js';
import { type DirectoryTransferReport, TreeAccount } from '../../transfer/tree/tree-report.js';
import type { TreeOptions } from '../../transfer/tree/tree-scope.js';
import { type FilesContext, locateDirectory } from '../context.js';
import { foldName } from '../directories/fold-name.js';
import { checkWait, invalidRequest, requireVersion } from '../request-checks.js';
import { checkRequest, directoryTransferFields } from '../request-fields.js';
import type {
  DirectoryTransferOptions,
  DirectoryTransfers,
  DirectoryUploadOptions,
  DownloadDirectoryRequest,
  ShareDirectory,
  SyncRequest,
  UploadDirectoryRequest,
} from './directory-transfer-service.js';
import { pieceBytes } from './download.js';
import { notesDirectory } from './resume.js';
import { ShareTree } from './share-tree.js';

/** From this version on a file keeps the time that it was created with while it is written. */
const leastVersion = '2021-06-08';
const toleranceLimits = { least: 0, most: 3_600_000 };
const defaultToleranceMs = 1;

/** One transfer, whichever way it was asked for. */
interface Plan {
  readonly way: 'upload' | 'download';
  readonly localPath: string;
  readonly directory: ShareDirectory;
  readonly snapshot?: string | undefined;
  readonly deletes: boolean;
  readonly options: DirectoryTransferOptions & DirectoryUploadOptions;
}

/** The part of `client.streaming` that moves directories. */
export function createDirectoryTransfers(context: FilesContext): DirectoryTransfers {
  return {
    async uploadDirectory(request, localPath) {
      checkRequest(request, directoryTransferFields.uploadDirectory);
      return transfer(context, { way: 'upload', localPath, ...planOf(request) });
    },
    async downloadDirectory(request, localPath) {
      checkRequest(request, directoryTransferFields.downloadDirectory);
      const { snapshot } = request;
      return transfer(context, { way: 'download', localPath, snapshot, ...planOf(request) });
    },
    async sync(request) {
      checkRequest(request, directoryTransferFields.sync);
      return transfer(context, syncPlan(request));
    },
  };
}

function planOf(
  request: UploadDirectoryRequest | DownloadDirectoryRequest,
): Pick<Plan, 'directory' | 'deletes' | 'options'> {
  return { directory: request, deletes: false, options: request };
}

function syncPlan(request: SyncRequest): Plan {
  const { from, to, delete: deletes = false } = request;
  if (typeof from === 'string' && isDirectory(to)) {
    return { way: 'upload', localPath: from, directory: to, deletes, options: request };
  }
  if (isDirectory(from) && typeof to === 'string') {
    return { way: 'download', localPath: to, directory: from, deletes, options: request };
  }
  throw invalidRequest('one of from and to must be a local path, the other one { share, path }');
}

function isDirectory(value: unknown): value is ShareDirectory {
  if (typeof value !== 'object' || value === null) return false;
  checkRequest(value, directoryTransferFields.place);
  return true;
}

async function transfer(context: FilesContext, plan: Plan): Promise<DirectoryTransferReport> {
  const { pipeline } = context;
  const { way, localPath, directory, snapshot, options: given } = plan;
  checkPlan(plan);
  const at = locateDirectory(context, directory.share, directory.path ?? '');
  requireVersion(at.version, leastVersion, 'the transfer of directories');
  const { checksum = given.compare === 'md5' ? 'md5' : undefined, onEntry, onProgress, ...rest } = given;
  const settings = resolveTransfer({ ...rest, checksum }, pipeline.options);
  const options = treeOptions(plan);
  const { rangeBytes, clock } = settings;
  const remote = new ShareTree(context, {
    share: at.share,
    path: at.path,
    snapshot,
    timeoutMs: given.timeoutMs,
    waitMs: given.waitMs,
    atomic: given.atomic === true,
    notes: notesDirectory(given.resume),
    links: options.links,
  });
  const account = new TreeAccount(onEntry);
  const progress = new TreeProgress(onProgress, { clock, rangeBytes });
  const heldByRange = heldBy(way, settings);
  const parts = { options: { ...options, localTop: resolve(localPath) }, settings, heldByRange, remote };
  return transferTree({ ...parts, account, progress }, given.signal);
}

/** Memory that one range takes while it is moved. */
function heldBy(way: 'upload' | 'download', { rangeBytes }: TransferSettings): number {
  return way === 'upload' ? rangeBytes : Math.min(rangeBytes, batchBytes + pieceBytes);
}

function treeOptions({ way, localPath, deletes, options }: Plan): TreeOptions {
  const { existing = 'compare', compare = 'time', timeToleranceMs = defaultToleranceMs } = options;
  const { include = [], exclude = [], symlinks = 'refuse', dryRun = false } = options;
  checkNumber(timeToleranceMs, 'timeToleranceMs', toleranceLimits);
  return {
    way,
    localTop: localPath,
    existing: checkChoice(existing, 'existing', ['compare', 'replace', 'keep']),
    compare: checkChoice(compare, 'compare', ['time', 'md5']),
    timeToleranceMs,
    links: checkChoice(symlinks, 'symlinks', ['refuse', 'follow']),
    deletes,
    dryRun,
    filter: new PathFilter({ include, exclude }, foldName),
  };
}

/** Refuses what would have no effect. */
function checkPlan({ way, localPath, options }: Plan): void {
  if (typeof localPath !== 'string' || localPath === '' || localPath.includes('\0')) {
    throw invalidRequest('the local path must be a text that is not empty and has no NUL');
  }
  const { existing = 'compare', compare, timeToleranceMs, waitMs, atomic, symlinks } = options;
  if (waitMs !== undefined) checkWait(waitMs);
  if (existing !== 'compare' && (compare !== undefined || timeToleranceMs !== undefined)) {
    throw invalidRequest(`nothing is compared with existing: '${existing}'`);
  }
  if (compare === 'md5' && timeToleranceMs !== undefined) {
    throw invalidRequest("times do not count with compare: 'md5'");
  }
  if (way === 'download' && (atomic !== undefined || symlinks !== undefined)) {
    throw invalidRequest('atomic and symlinks are for uploads: every download appears as a whole');
  }
}
