import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

/*
 * Generated sequences of operations on a share, against a model that is as simple as can be: one map of paths. What the
 * engine answers, and what it holds in the end, must be what the model says. `AZSTORE_TEST_SEED` repeats a run.
 */

const seed = Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31);
const origin = 'http://127.0.0.1:10003/devstoreaccount1';

/** A file with its content, or a directory. */
interface Node {
  /** The path as it was spelled. */
  path: string;
  readonly content: string | undefined;
}

const keyOf = (path: string) => path.toUpperCase();
const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** What the service does, without any of its structures. */
class Model {
  readonly #nodes: Map<string, Node>;

  constructor(nodes: ReadonlyMap<string, Node> = new Map()) {
    this.#nodes = new Map(nodes);
  }

  copy(): Model {
    return new Model(this.#nodes);
  }

  /** Every path with its kind or content, sorted. */
  state(): string[] {
    return [...this.#nodes.values()].map(({ path, content }) => `${path}=${content ?? '/'}`).sort();
  }

  file(path: string): string | undefined {
    return this.#nodes.get(keyOf(path))?.content;
  }

  createDirectory(path: string): string {
    const obstacle = this.#noPlace(path);
    if (obstacle !== undefined) return obstacle;
    const present = this.#nodes.get(keyOf(path));
    if (present !== undefined)
      return present.content === undefined ? '409 ResourceAlreadyExists' : '409 ResourceTypeMismatch';
    this.#nodes.set(keyOf(path), { path: this.#spelled(path), content: undefined });
    return '201';
  }

  createFile(path: string, size: number): string {
    return this.#put(path, '\0'.repeat(size), '201');
  }

  copyFile(from: string, to: string): string {
    const missing = this.#noFile(from);
    if (missing !== undefined && this.#noPlace(to) === undefined) return missing;
    return this.#put(to, this.file(from) ?? '', '202');
  }

  write(path: string, text: string): string {
    const missing = this.#noFile(path);
    if (missing !== undefined) return missing;
    const node = this.#nodes.get(keyOf(path)) as Node;
    const content = node.content ?? '';
    if (text.length > content.length) return '416 InvalidRange';
    this.#nodes.set(keyOf(path), { ...node, content: text + content.slice(text.length) });
    return '201';
  }

  deleteFile(path: string): string {
    const missing = this.#noFile(path);
    if (missing !== undefined) return missing;
    this.#nodes.delete(keyOf(path));
    return '202';
  }

  deleteDirectory(path: string): string {
    const missing = this.#noDirectory(path);
    if (missing !== undefined) return missing;
    if (this.#below(path).length > 0) return '409 DirectoryNotEmpty';
    this.#nodes.delete(keyOf(path));
    return '202';
  }

  rename(kind: 'file' | 'directory', move: { from: string; to: string; replace: boolean }): string {
    const { from, to, replace } = move;
    const noPlace = this.#noPlace(to);
    if (noPlace !== undefined) return noPlace;
    const missing = kind === 'file' ? this.#noFile(from) : this.#noDirectory(from);
    if (missing !== undefined) return missing;
    if (kind === 'directory' && keyOf(to).startsWith(`${keyOf(from)}/`)) return '400 InvalidHeaderValue';
    const present = keyOf(to) === keyOf(from) ? undefined : this.#nodes.get(keyOf(to));
    if (present !== undefined && !replace) return '409 ResourceAlreadyExists';
    if (present !== undefined && present.content === undefined)
      return kind === 'directory' ? '409 ResourceAlreadyExists' : '409 ResourceTypeMismatch';
    if (present !== undefined) this.#nodes.delete(keyOf(to));
    const spelled = this.#spelled(to);
    for (const key of [keyOf(from), ...this.#below(from)]) {
      const node = this.#nodes.get(key) as Node;
      this.#nodes.delete(key);
      const path = spelled + node.path.slice(from.length);
      this.#nodes.set(keyOf(path), { ...node, path });
    }
    return '200';
  }

  #put(path: string, content: string, done: string): string {
    const obstacle = this.#noPlace(path);
    if (obstacle !== undefined) return obstacle;
    const present = this.#nodes.get(keyOf(path));
    if (present !== undefined && present.content === undefined) return '409 ResourceTypeMismatch';
    // A file that is overwritten keeps its spelling.
    this.#nodes.set(keyOf(path), { path: present?.path ?? this.#spelled(path), content });
    return done;
  }

  /** The path with its directories as they are spelled. */
  #spelled(path: string): string {
    const parent = this.#nodes.get(keyOf(parentOf(path)))?.path;
    return parent === undefined ? path : parent + path.slice(parent.length);
  }

  #noPlace(path: string): string | undefined {
    const parent = parentOf(path);
    if (parent === '') return undefined;
    const node = this.#nodes.get(keyOf(parent));
    return node !== undefined && node.content === undefined ? undefined : '404 ParentNotFound';
  }

  #noFile(path: string): string | undefined {
    const noPlace = this.#noPlace(path);
    return noPlace ?? (this.file(path) === undefined ? '404 ResourceNotFound' : undefined);
  }

  #noDirectory(path: string): string | undefined {
    const noPlace = this.#noPlace(path);
    const node = this.#nodes.get(keyOf(path));
    return noPlace ?? (node === undefined || node.content !== undefined ? '404 ResourceNotFound' : undefined);
  }

  #below(path: string): string[] {
    return [...this.#nodes.keys()].filter((key) => key.startsWith(`${keyOf(path)}/`));
  }
}

const outcome = ({ status, code }: Answer) => (code === undefined ? String(status) : `${status} ${code}`);

/** Everything in a share or a snapshot of it, as the engine lists and gives it. */
async function stateOf(requests: ShareRequests, snapshot = '', path = ''): Promise<string[]> {
  const found: string[] = [];
  const more = snapshot === '' ? '' : `sharesnapshot=${encodeURIComponent(snapshot)}`;
  const { text } = await requests.get(`/share${path}?restype=directory&comp=list&${more}`);
  for (const [, kind, name] of text.matchAll(/<(File|Directory)><Name>([^<]*)<\/Name>/g)) {
    const at = `${path}/${name}`;
    if (kind === 'Directory') found.push(`${at.slice(1)}=/`, ...(await stateOf(requests, snapshot, at)));
    else found.push(`${at.slice(1)}=${(await requests.get(`/share${at}?${more}`)).text}`);
  }
  return path === '' ? found.sort() : found;
}

/** One operation: what the engine is asked, and what the model does. */
interface Step {
  readonly name: string;
  ask(requests: ShareRequests): Promise<Answer>;
  do(model: Model): string;
  /** What a failing case is shown as. */
  toString(): string;
}

const name = fc.constantFrom('a', 'A', 'b', 'c', 'C');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const source = (from: string) => `${origin}/share/${from}`;

function step(name: string, ask: Step['ask'], act: Step['do']): Step {
  return { name, ask, do: act, toString: () => name };
}

const size = fc.integer({ min: 0, max: 5 });
const text = fc.constantFrom('x', 'yy', 'zzz');
const kind = fc.constantFrom('file' as const, 'directory' as const);

const makeDirectory = path.map((at) =>
  step(
    `mkdir ${at}`,
    (requests) => requests.createDirectory(at),
    (model) => model.createDirectory(at),
  ),
);
const createFile = fc.tuple(path, size).map(([at, length]) =>
  step(
    `create ${at} ${length}`,
    (requests) => requests.createFile(at, length),
    (model) => model.createFile(at, length),
  ),
);
const write = fc.tuple(path, text).map(([at, bytes]) =>
  step(
    `write ${at} ${bytes}`,
    (requests) => requests.putRange(at, { start: 0, bytes }),
    (model) => model.write(at, bytes),
  ),
);
const deleteFile = path.map((at) =>
  step(
    `rm ${at}`,
    (requests) => requests.delete(`/share/${at}`),
    (model) => model.deleteFile(at),
  ),
);
const deleteDirectory = path.map((at) =>
  step(
    `rmdir ${at}`,
    (requests) => requests.delete(`/share/${at}?restype=directory`),
    (model) => model.deleteDirectory(at),
  ),
);
const copyFile = fc.tuple(path, path).map(([from, to]) =>
  step(
    `cp ${from} ${to}`,
    (requests) => requests.put(`/share/${to}`, { 'x-ms-copy-source': source(from) }),
    (model) => model.copyFile(from, to),
  ),
);
const rename = fc.tuple(kind, path, path, fc.boolean()).map(([of, from, to, replace]) =>
  step(
    `mv ${of} ${from} ${to} ${replace}`,
    (requests) =>
      requests.put(`/share/${to}?${of === 'file' ? '' : 'restype=directory&'}comp=rename`, {
        'x-ms-file-rename-source': source(from),
        'x-ms-file-rename-replace-if-exists': String(replace),
      }),
    (model) => model.rename(of, { from, to, replace }),
  ),
);

const steps = fc.oneof(
  { weight: 4, arbitrary: makeDirectory },
  { weight: 3, arbitrary: createFile },
  { weight: 2, arbitrary: write },
  { weight: 1, arbitrary: deleteFile },
  { weight: 1, arbitrary: deleteDirectory },
  { weight: 2, arbitrary: copyFile },
  { weight: 4, arbitrary: rename },
);

describe('any sequence of operations', () => {
  it('does what a plain map of paths does', { timeout: 30_000 }, async () => {
    const property = fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (sequence) => {
      const requests = new ShareRequests();
      await requests.createShare();
      const model = new Model();
      const half = Math.floor(sequence.length / 2);
      let snapshot = '';
      let then: string[] = [];
      for (const [index, each] of sequence.entries()) {
        if (index === half) {
          const taken = await requests.put('/share?restype=share&comp=snapshot');
          snapshot = taken.headers.get('x-ms-snapshot') ?? '';
          then = model.copy().state();
        }
        const expected = each.do(model);
        expect(outcome(await each.ask(requests)), each.name).toBe(expected);
      }
      expect(await stateOf(requests)).toEqual(model.state());
      expect(await stateOf(requests, snapshot)).toEqual(then);
      expect(requests.failures).toEqual([]);
    });
    await fc.assert(property, { seed, numRuns: 150 });
  });
});
