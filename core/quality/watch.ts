import type { RecordKind } from '../domain/records.ts';
import type { Instants } from './bursts.ts';
import { type Hours, noHours } from './hour-shift.ts';
import { type Loads, noLoads } from './missing-fields.ts';
import { emptySketch, type Sketch } from './sketch.ts';
import type { DayCounts } from './volume.ts';

/** An amount of the window, by the landing number of its record: its id would be personal data. */
export interface WindowAmount {
  seq: string;
  log: number;
  day: string;
  /** Held amounts are seen by the window and never become usual. */
  held: boolean;
}

/**
 * Running statistics of one connection, brought up to date by what lands: a few kilobytes of JSON whatever the book's size, so that
 * judging costs as much as what is new.
 */
export interface Watch {
  amounts: Sketch;
  window: WindowAmount[];
  /** A change of unit that has not come down: its factor, and the first day it was seen on. */
  unit: { factor: number; from: string } | null;
  hours: Hours;
  lastHours: Hours;
  instants: Instants;
  loads: Partial<Record<RecordKind, Loads>>;
  days: { transaction: DayCounts; event: DayCounts };
}

/** A connection of which nothing has landed. */
export function newWatch(): Watch {
  return {
    amounts: emptySketch(),
    window: [],
    unit: null,
    hours: noHours(),
    lastHours: noHours(),
    instants: {},
    loads: {},
    days: { transaction: {}, event: {} },
  };
}

/** The loads of a kind, made where there are none yet. */
export function loadsOf(watch: Watch, kind: RecordKind): Loads {
  const loads = watch.loads[kind] ?? noLoads();
  watch.loads[kind] = loads;
  return loads;
}
