import { createHash } from 'node:crypto';

const FIRST_SIZE = 1 << 12;

/**
 * Counts how often a text came before, in 16 to 24 bytes a text however long it is: a Map would take ten times as much and ends at 16
 * million. Two texts of one hash count as one; with 52 bits the odds of any such pair are 1 in 9,000
 * at a million rows.
 */
export class Occurrences {
  #keys = new Float64Array(FIRST_SIZE);
  #counts = new Uint32Array(FIRST_SIZE);
  #size = 0;

  /** How often the text came before this time. */
  next(text: string): number {
    if (this.#size * 2 > this.#keys.length) this.#grow();
    const slot = this.#slotOf(keyOf(text));
    const before = this.#counts[slot] ?? 0;
    this.#counts[slot] = before + 1;
    return before;
  }

  #slotOf(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = key % this.#keys.length;
    while (this.#counts[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    if (this.#counts[slot] === 0) {
      this.#keys[slot] = key;
      this.#size += 1;
    }
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const counts = this.#counts;
    this.#keys = new Float64Array(keys.length * 2);
    this.#counts = new Uint32Array(keys.length * 2);
    this.#size = 0;
    for (const [index, count] of counts.entries()) {
      if (count > 0) this.#counts[this.#slotOf(keys[index] ?? 0)] = count;
    }
  }
}

/** 52 bits of a hash: a whole number that a double holds. */
function keyOf(text: string): number {
  const digest = createHash('sha1').update(text).digest();
  return digest.readUIntBE(0, 6) * 16 + (digest.readUInt8(6) & 15);
}
