/** The Salesforce side of the sandbox. */
export { createSalesforce } from './create-salesforce.ts';
export { seedSalesforce } from './seed/seed-salesforce.ts';
