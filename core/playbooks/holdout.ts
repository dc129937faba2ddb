import { createHash } from 'node:crypto';

/**
 * The arm of a customer in a playbook's experiment: deterministic, independent between playbooks, balanced by the hash. Drawn by
 * account where there is one, so that colleagues share an arm.
 *
 * @param unit account key, or customer id
 */
export function armOf(playbook: string, unit: string, holdoutShare: number): 'treated' | 'held-out' {
  const draw = createHash('sha256').update(`${playbook}\0${unit}`).digest().readUInt32BE(0) / 2 ** 32;
  return draw < holdoutShare ? 'held-out' : 'treated';
}
