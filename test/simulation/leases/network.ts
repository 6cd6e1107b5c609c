import { type Call, Cancellation } from '../../../src/core/call.js';
import { NetworkError } from '../../../src/core/errors.js';
import type { HttpRequest, HttpResponse, Transport } from '../../../src/core/http/message.js';
import type { Duty, SimulatedProcess } from './process.js';
import type { World } from './world.js';

/** How bad the network is; probabilities per message. */
export interface Weather {
  /** A request or an answer that never comes. */
  readonly loss: number;
  /** A message that takes seconds. */
  readonly slow: number;
  /** A message that takes up to 40 s. */
  readonly late: number;
  /** A request that is delivered twice. */
  readonly twice: number;
}

/** Every message comes, soon and once. */
export const calm: Weather = { loss: 0, slow: 0, late: 0, twice: 0 };

/** What a request is for. */
export type RequestKind = 'look' | 'acquire' | 'break' | 'release' | 'record' | 'watch' | 'write' | 'read';

export const requestKinds: readonly RequestKind[] = [
  'look',
  'acquire',
  'break',
  'release',
  'record',
  'watch',
  'write',
  'read',
];

function kindOf({ request }: Delivery): RequestKind {
  const { method, headers, target } = request;
  const action = headers.get('x-ms-lease-action');
  if (action === 'acquire' || action === 'break' || action === 'release') return action;
  if (/\/\.[^/]*\.lease/.test(target)) return method === 'HEAD' ? 'watch' : 'record';
  if (method === 'HEAD') return 'look';
  return method === 'PUT' ? 'write' : 'read';
}

/** A request on its way, as the service sees it come. */
export interface Delivery {
  readonly request: HttpRequest;
  readonly from: SimulatedProcess;
  readonly sentAt: number;
  /** Whether it is delivered twice; this may be the first or the second time. */
  readonly isDoubled: boolean;
  /** The grant that the sender was working under. */
  readonly hold: number | undefined;
  /** What the sender was doing. */
  readonly duty: Duty;
}

/** Told of every request that the service has carried out. */
export type Observer = (delivery: Delivery, response: HttpResponse) => void;

/** Delays, loses, doubles and reorders what processes send to one service. */
export class Network {
  readonly #world: World;
  readonly #service: Transport;
  readonly #observe: Observer;
  weather: Weather;
  /** Kinds of requests that have it worse. */
  storms: ReadonlyMap<RequestKind, Weather> = new Map();
  requests = 0;
  /** How long a request is kept back before all that, in milliseconds. */
  detain: (delivery: Delivery, kind: RequestKind) => number = () => 0;

  constructor(world: World, service: Transport, how: { weather: Weather; observe: Observer }) {
    this.#world = world;
    this.#service = service;
    this.weather = how.weather;
    this.#observe = how.observe;
  }

  transportOf(from: SimulatedProcess): Transport {
    return {
      send: (request, call) =>
        new Promise<HttpResponse>((resolve, reject) => {
          call.cancellation.onCancel(reject);
          const { hold, duty } = from;
          const delivery = { request, from, sentAt: this.#world.now, isDoubled: false, hold, duty };
          this.#send(delivery, call, { resolve, reject });
        }),
    };
  }

  #send(single: Delivery, call: Call, settle: Settle): void {
    const { chance } = this.#world;
    const weather = this.#weatherOf(single);
    const delivery = { ...single, isDoubled: chance.happens(weather.twice) };
    this.requests += 1;
    if (delivery.isDoubled) {
      this.#world.after(this.#delay(weather), () => void this.#deliver(delivery, call));
    }
    if (chance.happens(weather.loss)) {
      this.#breakOff(delivery, settle);
      return;
    }
    const detained = this.detain(delivery, kindOf(delivery));
    this.#world.after(detained + this.#delay(weather), () => void this.#deliver(delivery, call, settle));
  }

  async #deliver(delivery: Delivery, call: Call, settle?: Settle): Promise<void> {
    this.#world.busy += 1;
    // The service works for itself: that nobody waits any more does not stop it.
    const headers = delivery.request.headers.clone();
    const deaf = { ...call, cancellation: Cancellation.never } as Call;
    const response = await this.#service.send({ ...delivery.request, headers }, deaf);
    this.#observe(delivery, response);
    this.#world.busy -= 1;
    if (settle === undefined) return;
    const weather = this.#weatherOf(delivery);
    if (this.#world.chance.happens(weather.loss)) this.#breakOff(delivery, settle);
    else this.#world.after(this.#delay(weather), () => delivery.from.wake(() => settle.resolve(response)));
  }

  /** Half of the losses are noticed, as a connection that broke; the others are silence. */
  #breakOff({ from }: Delivery, { reject }: Settle): void {
    if (this.#world.chance.happens(0.5)) return;
    const error = new NetworkError('ConnectionFailed', 'the connection broke', { retryable: true });
    this.#world.after(this.#delay(this.weather), () => from.wake(() => reject(error)));
  }

  #weatherOf(delivery: Delivery): Weather {
    if (delivery.duty === 'operator') return calm;
    return this.storms.get(kindOf(delivery)) ?? this.weather;
  }

  #delay(weather: Weather): number {
    const { chance } = this.#world;
    if (chance.happens(weather.late)) return chance.between(3_000, 40_000);
    if (chance.happens(weather.slow)) return chance.between(100, 4_000);
    return chance.between(2, 60);
  }
}

interface Settle {
  resolve(response: HttpResponse): void;
  reject(error: unknown): void;
}
