import type { Report } from './history.js';
import type { LossCause, Losses } from './unrenewed-loss.js';

/** Sums over many histories. */
export interface Totals {
  requests: number;
  holds: number;
  endlessHolds: number;
  breaks: number;
  operatorBreaks: number;
  strayRecords: number;
  falseLosses: number;
  lateBreaks: number;
  readonly endlessLosses: Losses;
  readonly unrenewedLosses: Losses;
}

const counts = [
  'requests',
  'holds',
  'endlessHolds',
  'breaks',
  'operatorBreaks',
  'strayRecords',
  'falseLosses',
  'lateBreaks',
] as const satisfies readonly (keyof Totals)[];

/** Nothing has been counted. */
export function noLosses(): Losses {
  return { foreign: 0, sameMoment: 0, lateBreak: 0, lateRecord: 0, never: 0 };
}

export function noTotals(): Totals {
  const none = Object.fromEntries(counts.map((name) => [name, 0])) as Record<(typeof counts)[number], number>;
  return { ...none, endlessLosses: noLosses(), unrenewedLosses: noLosses() };
}

export function addTo(totals: Totals, report: Report): void {
  for (const name of counts) totals[name] += report[name];
  for (const name of ['endlessLosses', 'unrenewedLosses'] as const) {
    for (const cause of Object.keys(totals[name]) as LossCause[]) totals[name][cause] += report[name][cause];
  }
}
