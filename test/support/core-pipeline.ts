import type { Operation } from '../../src/core/call.js';
import { HttpHeaders } from '../../src/core/http/headers.js';
import { type ClientOptions, resolveClientOptions } from '../../src/core/options.js';
import {
  createPipeline,
  type Execution,
  type Pipeline,
  type ServiceDescription,
} from '../../src/core/pipeline.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { ScriptedTransport } from '../../src/simulation/scripted-transport.js';

export const accountKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Operations of every nature that the layers tell apart. */
export const operations = {
  read: {
    name: 'GetFile',
    verb: 'read',
    idempotent: true,
    success: [200, 206],
    timeout: 'smallRead',
    answer: 'buffered',
  },
  stream: {
    name: 'GetFile',
    verb: 'read',
    idempotent: true,
    success: [200, 206],
    timeout: 'largeRead',
    answer: 'stream',
  },
  properties: {
    name: 'GetFileProperties',
    verb: 'properties',
    idempotent: true,
    success: [200],
    timeout: 'smallRead',
    answer: 'buffered',
  },
  write: {
    name: 'PutRange',
    verb: 'write',
    idempotent: true,
    success: [201],
    timeout: 'write',
    answer: 'buffered',
  },
  rename: {
    name: 'RenameFile',
    verb: 'rename',
    idempotent: false,
    success: [200],
    timeout: 'directory',
    answer: 'buffered',
  },
  lease: {
    name: 'LeaseFile',
    verb: 'lease',
    idempotent: true,
    success: [200, 201, 202],
    timeout: 'lease',
    answer: 'buffered',
  },
} as const satisfies Record<string, Operation>;

export interface TestPipeline {
  readonly pipeline: Pipeline;
  readonly transport: ScriptedTransport;
  readonly clock: ManualClock;
  /** Sends one request with usual arguments. */
  send(
    operation: Operation,
    execution?: Partial<Execution>,
    request?: { method?: string; target?: string; headers?: HttpHeaders; body?: Uint8Array },
  ): ReturnType<Pipeline['send']>;
}

/** A pipeline whose requests a test answers and whose time a test moves. */
export function testPipeline(
  options: ClientOptions = {},
  service: Partial<ServiceDescription> = {},
): TestPipeline {
  const transport = new ScriptedTransport();
  const clock = new ManualClock();
  const resolved = resolveClientOptions(
    'file',
    {
      accountName: 'acct',
      credentials: { type: 'shared_key', key: accountKey },
      transport,
      clock,
      retryConfig: { jitter: 0 },
      ...options,
    },
    {},
  );
  const pipeline = createPipeline(resolved, { name: 'azure_files', mapFailure: () => undefined, ...service });
  return {
    pipeline,
    transport,
    clock,
    send: (operation, execution = {}, request = {}) => {
      const { method = 'GET', target = '/data/file.txt', headers = new HttpHeaders(), body } = request;
      const resource = { share: 'data', path: 'file.txt' };
      return pipeline.send({ method, target, headers, body }, { operation, resource, ...execution });
    },
  };
}
