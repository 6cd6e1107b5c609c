import type { OperationRow, Scope } from './context.js';
import { invalidQuery, Refusal } from './service-errors.js';

/** A request target taken apart. */
export interface Address {
  readonly account: string;
  /** `/account` in path style, empty in host style. */
  readonly basePath: string;
  readonly shareName: string;
  /** Decoded names below the share. */
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, string>;
}

/** How the account of an address is found where the host does not name it. */
export interface AccountRule {
  /** The accounts that a path can begin with. */
  readonly accounts: { has(name: string): boolean };
  /** The account of a path that begins with none of them: that of the credential. */
  readonly otherwise?: string | undefined;
}

/**
 * Takes a URL apart. The host names the account (`account.file.localhost`, `account.file.core.windows.net`), or else
 * the path begins with it (`/account/share/path`), or else it is a custom domain (`/share/path`): so are the
 * URLs that one official client makes of path-style ones when it renames.
 * @throws {Refusal} `InvalidUri` for escapes that are none.
 */
export function parseAddress(origin: string, target: string, rule: AccountRule): Address {
  const mark = target.indexOf('?');
  const names = pathNames(mark < 0 ? target : target.slice(0, mark));
  const own = accountOfHost(origin) ?? customDomainAccount(names[0], rule);
  const account = own ?? names.shift() ?? '';
  return {
    account,
    basePath: own === undefined ? `/${account}` : '',
    shareName: names[0] ?? '',
    path: names.slice(1),
    query: mark < 0 ? emptyQuery : parseQuery(target.slice(mark + 1)),
  };
}

function customDomainAccount(
  first: string | undefined,
  { accounts, otherwise }: AccountRule,
): string | undefined {
  const isPathStyle = otherwise === undefined || (first !== undefined && accounts.has(first));
  return isPathStyle || !accounts.has(otherwise) ? undefined : otherwise;
}

const emptyQuery: ReadonlyMap<string, string> = new Map();

/** `name.file.anything` names its account; IPv4 addresses and plain host names do not. */
export function accountOfHost(origin: string): string | undefined {
  const start = origin.indexOf('//') + 2;
  return /^([a-z0-9]{3,24})\.file\./.exec(origin.slice(start))?.[1];
}

function pathNames(path: string): string[] {
  if (path[0] !== '/') throw new Refusal('InvalidUri');
  const names: string[] = [];
  for (const text of path.split('/')) if (text !== '') names.push(decode(text));
  return names;
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    if (!query.has(name)) query.set(name, equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
  return query;
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal('InvalidUri');
  }
}

/** Finds the row of the operations table that a request means. */
export type Router = (method: string, address: Address, hasHeader: (name: string) => boolean) => OperationRow;

/** Makes the router of a table. A row with a header goes before the one without. */
export function createRouter(table: readonly OperationRow[]): Router {
  const rows = new Map<string, OperationRow[]>();
  for (const row of table) {
    for (const method of row.methods) {
      const key = routeKey(method, row.scope, row.comp);
      const same = rows.get(key) ?? [];
      rows.set(key, row.withHeader === undefined ? [...same, row] : [row, ...same]);
    }
  }
  const comps = new Set(table.map((row) => row.comp));
  const find = (method: string, scope: Scope, comp: string): readonly OperationRow[] | undefined =>
    rows.get(routeKey(method, scope, comp));
  return (method, address, hasHeader) => {
    const scope = scopeOf(address);
    const comp = (address.query.get('comp') ?? '').toLowerCase();
    const candidates = find(method, scope, comp) ?? find(method, 'entry', comp);
    const row = candidates?.find((each) => each.withHeader === undefined || hasHeader(each.withHeader));
    if (row !== undefined && (row.scope !== 'entry' || address.shareName !== '')) return row;
    if (!comps.has(comp)) throw invalidQuery('comp', comp);
    throw new Refusal('UnsupportedHttpVerb');
  };
}

function routeKey(method: string, scope: Scope, comp: string): string {
  return `${method} ${scope} ${comp}`;
}

function scopeOf(address: Address): Scope {
  const restype = address.query.get('restype')?.toLowerCase();
  if (address.shareName === '') return 'account';
  switch (restype) {
    case undefined:
      return address.path.length === 0 ? 'entry' : 'file';
    case 'directory':
      return 'directory';
    case 'share':
      return 'share';
    default:
      throw invalidQuery('restype', restype);
  }
}
