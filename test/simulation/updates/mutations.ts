import { bufferedBody, HttpHeaders, type HttpRequest, type Transport } from '../../../src/files/index.js';
import { bytes, real, text, type Variant, type Workload } from './history.js';

const path = 'journal.txt';

/** A variant of the library that leaves something out. */
export interface Mutation extends Variant {
  readonly workload: Workload;
}

/** What the library must not do, each as a change of it. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'comparing versions and writing without the lock': {
    workload: 'update',
    async operate(worker, { id }) {
      const { files } = worker.client;
      const content = await files.read({ path });
      await worker.think();
      const next = text(content.data) + worker.line(id);
      const { etag } = await files.getProperties({ path });
      if (etag !== content.etag) throw new Error('changed');
      await files.write({ path, data: bytes(next), atomic: true, waitMs: 0 });
      return { text: next };
    },
  },
  'writing in place under the lock': {
    workload: 'update',
    async operate(worker, { id }) {
      return worker.client.leases.withLock({ path, durationSeconds: 15, waitMs: 30_000 }, async (guard) => {
        const { data } = await worker.client.files.read({ path, leaseId: guard.id });
        const next = text(data) + worker.line(id);
        await worker.client.files.write({ path, data: bytes(next), leaseId: guard.id, signal: guard.signal });
        return { text: next };
      });
    },
  },
  'growing without a mark': {
    workload: 'append',
    operate: real.append.operate,
    transport: unsent(isMark),
  },
  'repeating a mark that was not answered': {
    workload: 'append',
    operate: real.append.operate,
    transport: (own) => ({
      async send(request, call) {
        if (!isMark(request)) return own.send(request, call);
        const first = own.send({ ...request, headers: request.headers.clone() }, call);
        return Promise.race([first, own.send({ ...request, headers: request.headers.clone() }, call)]);
      },
    }),
  },
  'taking the lock without putting right what is half done': {
    workload: 'append',
    operate: real.append.operate,
    transport: (own) => ({
      async send(request, call) {
        const response = await own.send(request, call);
        response.headers.delete(markHeader);
        return response;
      },
    }),
  },
  'creating without a temporary name': {
    workload: 'create',
    async operate(worker, { id }) {
      const name = `only-${1 + (id.length % 4)}.txt`;
      const line = worker.line(id);
      if (await worker.client.files.exists({ path: name })) throw new Error('exists');
      await worker.client.files.write({ path: name, data: bytes(line) });
      return { text: line };
    },
  },
};

const markHeader = 'x-ms-meta-azstore_append';

function isMark({ target, headers }: HttpRequest): boolean {
  return target.includes('comp=metadata') && headers.has(markHeader);
}

/** Takes some requests for done without sending them. */
function unsent(which: (request: HttpRequest) => boolean): (own: Transport) => Transport {
  return (own) => ({
    async send(request, call) {
      if (!which(request)) return own.send(request, call);
      const headers = new HttpHeaders()
        .set('etag', '"0x1"')
        .set('last-modified', 'Mon, 02 Mar 2026 00:00:00 GMT');
      return { status: 200, headers, body: bufferedBody(new Uint8Array(0)) };
    },
  });
}
