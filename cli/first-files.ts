import { environmentPrefix } from '../config/load.ts';
import { SECRET_VARIABLES } from '../config/secrets.ts';

/** Vendors that a first configuration can connect. */
export const VENDORS = ['salesforce', 'hubspot', 'segment'] as const;
/** One of them. */
export type Vendor = (typeof VENDORS)[number];

/** What a first configuration is made from. */
export interface FirstConfig {
  workspace: string;
  /** The most trusted first. */
  vendors: readonly Vendor[];
  currency: string;
  timeZone: string;
}

/** A first staypower.yaml. */
export function firstYaml({ workspace, vendors, currency, timeZone }: FirstConfig): string {
  return [
    '# Staypower. Every key has a default; secrets never stand here but in the environment (.env.example).',
    `workspace: ${workspace}`,
    `timeZone: ${timeZone}`,
    `currency: ${currency}`,
    '# In the order of trust: of one sale on record in two systems, the first one is kept.',
    'connections:',
    ...vendors.flatMap((vendor) => [`  - vendor: ${vendor}`, `    id: ${vendor}`]),
    'server:',
    '  port: 8080',
    '  # The https address under which vendors reach this server; needed for webhooks of HubSpot.',
    '  publicBaseUrl: null',
    '',
  ].join('\n');
}

/** The environment variables that vendors' secrets are read from, as lines to fill in. */
export function secretLines(vendors: readonly Vendor[], prefix = ''): readonly string[] {
  return vendors.flatMap((vendor) => [
    '',
    `# ${vendor}`,
    ...SECRET_VARIABLES[vendor].map(
      ({ name, needed, what }) =>
        `${needed ? '' : '# '}${prefix}${environmentPrefix(vendor)}_${name}=   # ${what}${needed ? '' : ' (optional)'}`,
    ),
  ]);
}
