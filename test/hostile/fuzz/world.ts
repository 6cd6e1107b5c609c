import { sharedKeyAuthorization } from '../../../src/core/auth/shared-key.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import { formatRfc1123 } from '../../../src/core/wire/dates.js';
import { parseXml, xmlChild, xmlText } from '../../../src/core/wire/xml.js';
import { createEngine } from '../../../src/emulator/engine/engine.js';
import { wellKnownAccount } from '../../../src/emulator/options.js';
import { MemoryStore } from '../../../src/emulator/store/memory-store.js';
import { InProcessTransport } from '../../../src/emulator/transport.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { newCall } from '../../support/new-call.js';
import { faultOf, type ReadAnswer } from './answer-checks.js';
import { Chance } from './chance.js';
import { account, origin, otherAccount, shares } from './pools.js';
import { type GeneratedRequest, generateRequest } from './requests.js';
import { storeFaults } from './store-checks.js';

/** What a world was asked and what it did. */
export interface WorldReport {
  readonly seed: number;
  readonly requests: number;
  /** How many answers had each status, and each code of a refusal. */
  readonly answers: ReadonlyMap<string, number>;
  /** What should not have been; the first one ends the world. */
  readonly fault: string | undefined;
}

const key = wellKnownAccount.keys[0] ?? '';
/** How many requests lie between two looks at the whole store. */
const lookEvery = 2500;
/** Longer bodies are only counted: reading terabytes of zeros takes its time. */
const longestRead = 256 * 1024;

/** An engine of its own that gets generated requests until something is wrong. */
export class World {
  readonly #seed: number;
  readonly #chance: Chance;
  readonly #clock = new ManualClock();
  readonly #store = new MemoryStore();
  readonly #failures: unknown[] = [];
  readonly #transport: InProcessTransport;
  readonly #answers = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
    this.#chance = new Chance(seed);
    const engine = createEngine({
      store: this.#store,
      clock: this.#clock,
      accounts: new Map([account, otherAccount].map((name) => [name, [key]])),
      settings: { shareDeletionMs: 5000, strictApiVersion: false, shareRetentionDays: this.#chance.below(2) },
      onFailure: (error) => this.#failures.push(error),
    });
    engine.createShares(account, shares);
    this.#transport = new InProcessTransport(engine);
  }

  async run(requests: number): Promise<WorldReport> {
    let done = 0;
    let fault: string | undefined;
    while (done < requests && fault === undefined) {
      fault = await this.#step();
      done += 1;
      if (done % lookEvery === 0 || done === requests) fault ??= await this.#look();
    }
    return { seed: this.#seed, requests: done, answers: this.#answers, fault };
  }

  async #step(): Promise<string | undefined> {
    if (this.#chance.once(20)) this.#clock.setWallClock(this.#clock.now() + this.#chance.below(20_000));
    const request = generateRequest(this.#chance, this.#clock.now());
    let answer: ReadAnswer;
    try {
      answer = await this.#ask(request);
    } catch (error) {
      return this.#told(request, `thrown: ${error instanceof Error ? error.stack : String(error)}`);
    }
    this.#count(answer);
    const fault = this.#failures.length > 0 ? `failures ${String(this.#failures)}` : faultOf(request, answer);
    return fault === undefined ? undefined : this.#told(request, fault);
  }

  async #ask(request: GeneratedRequest): Promise<ReadAnswer> {
    const { status, headers, body } = await this.#transport.send(request, newCall());
    const length = Number(headers.get('content-length') ?? 0);
    if (request.method !== 'HEAD' && length > longestRead) {
      body.discard();
      return { status, headers, bytes: { length } as Uint8Array };
    }
    return { status, headers, bytes: await body.bytes(longestRead) };
  }

  #count({ status, headers }: ReadAnswer): void {
    const code = headers.get('x-ms-error-code');
    const name = code === undefined ? String(status) : `${status} ${code}`;
    this.#answers.set(name, (this.#answers.get(name) ?? 0) + 1);
  }

  #told({ method, target, headers, body }: GeneratedRequest, fault: string): string {
    return `${fault}\n${method} ${target}\n${JSON.stringify([...headers], undefined, 1)}\nbody of ${body?.length ?? 0} bytes`;
  }

  /** Whether what listings say is what the entries themselves say, and the store holds together. */
  async #look(): Promise<string | undefined> {
    const faults = storeFaults(this.#store);
    for (const share of new Set(shares)) faults.push(...(await this.#directoryFaults(share, [])));
    return faults.length === 0 ? undefined : faults.join('\n');
  }

  async #directoryFaults(share: string, path: readonly string[]): Promise<string[]> {
    const target = `/${account}/${[share, ...path].map(encodeURIComponent).join('/')}`;
    const listed = await this.#signed('GET', `${target}?restype=directory&comp=list&include=Timestamps,ETag`);
    if (listed.status === 404) return path.length === 0 ? [] : [`${target} is listed and not there`];
    const faults: string[] = [];
    for (const entry of listedEntries(listed.bytes)) {
      const query = entry.kind === 'Directory' ? '?restype=directory' : '';
      const seen = await this.#signed('HEAD', `${target}/${encodeURIComponent(entry.name)}${query}`);
      const size = entry.kind === 'File' ? seen.headers.get('content-length') : undefined;
      const own = [seen.headers.get('etag'), seen.headers.get('last-modified'), size].join();
      if (seen.status !== 200 || entry.told !== own)
        faults.push(`${target}/${entry.name}: listed as ${entry.told}, is ${seen.status} ${own}`);
      if (entry.kind === 'Directory')
        faults.push(...(await this.#directoryFaults(share, [...path, entry.name])));
    }
    return faults;
  }

  #signed(method: string, target: string): Promise<ReadAnswer> {
    const headers = HttpHeaders.of({
      'x-ms-version': '2026-04-06',
      'x-ms-date': formatRfc1123(this.#clock.now()),
      'x-ms-allow-trailing-dot': 'true',
    });
    headers.set('Authorization', sharedKeyAuthorization(account, key, { method, target, headers }));
    return this.#ask({ method, origin, target, headers, body: undefined });
  }
}

/** An entry of a listing: its name, and its ETag, time and size as the listing tells them. */
interface Listed {
  readonly kind: string;
  readonly name: string;
  readonly told: string;
}

function listedEntries(document: Uint8Array): Listed[] {
  const root = parseXml(Buffer.from(document).toString(), { maxLength: longestRead });
  return (xmlChild(root, 'Entries')?.children ?? []).map((entry) => {
    const { text = '', attributes } = xmlChild(entry, 'Name') ?? {};
    const properties = xmlChild(entry, 'Properties') ?? entry;
    return {
      kind: entry.name,
      name: attributes?.Encoded === 'true' ? decodeURIComponent(text) : text,
      told: ['Etag', 'Last-Modified', 'Content-Length'].map((name) => xmlText(properties, name)).join(),
    };
  });
}
