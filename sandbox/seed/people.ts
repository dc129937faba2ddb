import type { VendorName } from '../kernel/types.ts';
import { hashed } from './sampling.ts';
import type { WorldCompany, WorldOwner, WorldPerson } from './world.ts';

const FIRST =
  'Ada Ben Cleo Dana Eli Fay Gus Hana Ivo Jana Karl Lea Milo Nora Otto Pia Quin Rosa Sven Tara Ugo Vera Wim Xenia Yara Zeno'.split(
    ' ',
  );
const LAST =
  'Abel Brandt Costa Diaz Engel Fuchs Garcia Hansen Ito Jensen Keller Lindt Moreau Novak Olsen Petrov Quast Rossi Silva Tanaka Ueda Vogel Weber Young Zimmer'.split(
    ' ',
  );
const OWNERS = 6;

/** The six owners of records. */
export const owners: readonly WorldOwner[] = Array.from({ length: OWNERS }, (_, index) => ({
  id: `owner-${index + 1}`,
  firstName: FIRST[index * 4] ?? 'Ada',
  lastName: LAST[index * 3] ?? 'Abel',
  email: `owner${index + 1}@seller.example`,
}));

/** So many companies that a third of the people can belong to one, three at a time. */
export function companies(people: number): readonly WorldCompany[] {
  return Array.from({ length: Math.max(1, Math.round(people / 9)) }, (_, index) => ({
    id: `company-${index + 1}`,
    name: `${LAST[index % LAST.length]} & Co ${index + 1}`,
    domain: `company${index + 1}.example`,
  }));
}

/**
 * Where a person is on record: everybody in Salesforce or HubSpot, so that there is a record for the scores; more than half in
 * two systems or all three.
 */
export function systemsOf(id: string, seed: number): readonly VendorName[] {
  const draw = hashed(`systems ${id}`, seed);
  if (draw < 0.2) return ['salesforce'];
  if (draw < 0.45) return ['hubspot'];
  if (draw < 0.6) return ['salesforce', 'hubspot'];
  if (draw < 0.72) return ['salesforce', 'segment'];
  if (draw < 0.87) return ['hubspot', 'segment'];
  return ['salesforce', 'hubspot', 'segment'];
}

/** A person with everything but the buying, all decided by its id. */
export function person(id: string, createdAt: string, companyList: readonly WorldCompany[], seed: number): WorldPerson {
  const firstName = FIRST[Math.floor(hashed(`first ${id}`, seed) * FIRST.length)] ?? 'Ada';
  const lastName = LAST[Math.floor(hashed(`last ${id}`, seed) * LAST.length)] ?? 'Abel';
  const inCompany = hashed(`company ${id}`, seed) < 1 / 3;
  return {
    id,
    firstName,
    lastName,
    email: `${firstName}.${lastName}.${id}@people.example`.toLowerCase(),
    phone:
      hashed(`phone ${id}`, seed) < 0.5
        ? `+1 555 ${String(Math.floor(hashed(`number ${id}`, seed) * 10_000_000)).padStart(7, '0')}`
        : null,
    companyId: inCompany
      ? (companyList[Math.floor(hashed(`which ${id}`, seed) * companyList.length)]?.id ?? null)
      : null,
    owner: Math.floor(hashed(`owner ${id}`, seed) * OWNERS),
    createdAt,
    systems: systemsOf(id, seed),
    doNotContact: hashed(`consent ${id}`, seed) < 0.03,
  };
}
