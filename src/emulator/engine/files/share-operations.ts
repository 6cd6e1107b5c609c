import type { OperationRow } from '../context.js';
import { getUserDelegationKey } from './delegation-key.js';
import { leaseShare } from './leases.js';
import { createPermission, getPermission } from './permissions.js';
import { getServiceProperties, setServiceProperties } from './service-properties.js';
import { getShareAcl, setShareAcl } from './share-acl.js';
import { deleteShare, undeleteShare } from './share-deletion.js';
import { listShares } from './share-listing.js';
import { getShareMetadata, setShareMetadata } from './share-metadata.js';
import { getShareProperties, getShareStats, setShareProperties } from './share-properties.js';
import { snapshotShare } from './share-snapshots.js';
import { createShare } from './shares.js';

const share = { scope: 'share', needs: 'share' } as const;
const get = { methods: ['GET'], access: 'read', lease: 'read' } as const;
const getOrHead = { ...get, methods: ['GET', 'HEAD'], snapshots: true } as const;
const put = { methods: ['PUT'], access: 'write' } as const;
const change = { ...put, lease: 'write' } as const;

/** Most bytes of a document in a request. */
const documentLimit = 64 * 1024;
const permissionLimit = 256 * 1024;

/** The operations on the account by their REST names. */
export const accountOperations = {
  ListShares: {
    methods: ['GET'],
    access: 'read',
    scope: 'account',
    comp: 'list',
    needs: 'nothing',
    handle: listShares,
  },
  GetFileServiceProperties: {
    methods: ['GET'],
    access: 'read',
    scope: 'account',
    comp: 'properties',
    since: '2015-02-21',
    needs: 'nothing',
    handle: getServiceProperties,
  },
  SetFileServiceProperties: {
    ...put,
    scope: 'account',
    comp: 'properties',
    since: '2015-02-21',
    bodyLimit: documentLimit,
    needs: 'nothing',
    handle: setServiceProperties,
  },
  GetUserDelegationKey: {
    methods: ['POST'],
    access: 'read',
    scope: 'account',
    comp: 'userdelegationkey',
    since: '2025-07-05',
    bodyLimit: documentLimit,
    needs: 'nothing',
    handle: getUserDelegationKey,
  },
} satisfies Readonly<Record<string, OperationRow>>;

/** The operations on shares by their REST names. */
export const shareOperations = {
  CreateShare: { ...put, scope: 'share', comp: '', needs: 'nothing', handle: createShare },
  GetShareProperties: { ...share, ...getOrHead, comp: '', handle: getShareProperties },
  SetShareProperties: { ...share, ...change, comp: 'properties', handle: setShareProperties },
  DeleteShare: {
    ...share,
    ...change,
    methods: ['DELETE'],
    comp: '',
    snapshots: true,
    handle: deleteShare,
  },
  UndeleteShare: {
    ...put,
    scope: 'share',
    comp: 'undelete',
    since: '2019-12-12',
    needs: 'nothing',
    handle: undeleteShare,
  },
  GetShareMetadata: { ...share, ...getOrHead, comp: 'metadata', handle: getShareMetadata },
  SetShareMetadata: { ...share, ...change, comp: 'metadata', handle: setShareMetadata },
  GetShareACL: { ...share, ...get, comp: 'acl', handle: getShareAcl },
  SetShareACL: { ...share, ...change, comp: 'acl', bodyLimit: documentLimit, handle: setShareAcl },
  GetShareStats: { ...share, ...get, comp: 'stats', handle: getShareStats },
  SnapshotShare: { ...share, ...put, comp: 'snapshot', since: '2017-04-17', handle: snapshotShare },
  LeaseShare: {
    ...share,
    ...put,
    comp: 'lease',
    lease: 'own',
    snapshots: true,
    since: '2020-02-10',
    handle: leaseShare,
  },
  CreatePermission: {
    ...share,
    ...put,
    comp: 'filepermission',
    lease: 'read',
    since: '2019-02-02',
    bodyLimit: permissionLimit,
    handle: createPermission,
  },
  GetPermission: {
    ...share,
    ...get,
    comp: 'filepermission',
    since: '2019-02-02',
    handle: getPermission,
  },
} satisfies Readonly<Record<string, OperationRow>>;
