import { createEmulator } from '../../../src/emulator/index.js';
import { calm, Network, type Observer } from './network.js';
import { SimulatedProcess } from './process.js';
import { type Protocol, realProtocol } from './protocol.js';
import { Witness } from './witness.js';
import { type Job, type Setting, Worker } from './worker.js';
import { World } from './world.js';

const job: Job = { duty: 'timed', durationSeconds: 15, waitMs: 60_000, isRenewed: true, isHasty: true };

/** What became of a late write. */
export interface LateWrite {
  /** What the service answered. */
  readonly status: number | undefined;
  readonly violations: readonly string[];
}

/**
 * A holder sends a write and stalls; the write is on its way for a minute, and comes when another one has been given the
 * lock, has written, and has given it back.
 * @param protocol - Of the late holder; the other keeps to the real one.
 */
export async function lateHolder(protocol: Protocol): Promise<LateWrite> {
  const file = 'counter.bin';
  const world = new World(1);
  const witness = new Witness(world, file);
  const emulator = createEmulator({ shares: ['data'], clock: new SimulatedProcess(world, 'service') });
  let status: number | undefined;
  const observe: Observer = (delivery, response) => {
    const { from, request } = delivery;
    if (from.name === 'late' && request.target.includes('comp=range')) status = response.status;
    witness.observe(delivery, response);
  };
  const network = new Network(world, emulator.transport, { weather: calm, observe });
  const { connectionString } = emulator;
  const setting: Setting = { world, network, witness, protocol: realProtocol, connectionString, file };
  const made = new Worker(setting, 'setup').create();
  await world.run(10_000);
  await made;
  const late = new Worker({ ...setting, protocol }, 'late');
  network.detain = ({ from }, kind) => {
    if (from !== late.process || kind !== 'write') return 0;
    from.stall(90_000, 'awake');
    return 60_000;
  };
  // It hears of its loss when it runs again.
  late.do(job).catch(() => {});
  await world.run(5_000);
  const next = new Worker(setting, 'next').do(job);
  await world.run(45_000);
  await next;
  await world.run(60_000);
  const end = new Worker(setting, 'end').look();
  await world.run(10_000);
  witness.judge(await end);
  return { status, violations: witness.violations };
}
