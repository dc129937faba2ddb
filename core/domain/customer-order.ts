/** By what a list of customers is in order. */
export const CUSTOMER_ORDERS = [
  'priority',
  'name',
  'clv12m',
  'valueIfKept12m',
  'valueAtRisk',
  'churnProbability',
  'engagement',
] as const;

/** One of them. */
export type CustomerOrder = (typeof CUSTOMER_ORDERS)[number];
