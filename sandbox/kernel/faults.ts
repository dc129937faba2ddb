import type { Fault, VendorName } from './types.ts';

/** Faults planted for later requests. */
export interface Faults {
  add(fault: Omit<Fault, 'id'>): Fault;
  list(): readonly Fault[];
  clear(): void;
  /** The fault that hits this request, counted down; null when none does. `rows` asks for faults that handlers act on. */
  hit(vendor: VendorName, method: string, pathWithQuery: string, rows: boolean): Fault | null;
}

/** Kinds that a vendor's handler acts on; the others are the kernel's. */
const ROW_KINDS = new Set<Fault['kind']>(['row-lock', 'partial-batch', 'bad-row']);

/** An empty list of faults. */
export function createFaults(): Faults {
  let faults: Fault[] = [];
  let next = 1;
  return {
    add: (given) => {
      const fault = { ...given, id: `fault-${next++}` };
      faults.push(fault);
      return fault;
    },
    list: () => faults,
    clear: () => {
      faults = [];
    },
    hit: (vendor, method, pathWithQuery, rows) => {
      for (const fault of faults) {
        if (fault.vendor !== vendor || fault.times <= 0 || ROW_KINDS.has(fault.kind) !== rows) continue;
        if (fault.method && fault.method.toUpperCase() !== method) continue;
        if (fault.path && !new RegExp(fault.path).test(pathWithQuery)) continue;
        if (fault.after > 0) {
          fault.after -= 1;
          continue;
        }
        fault.times -= 1;
        return fault;
      }
      return null;
    },
  };
}
