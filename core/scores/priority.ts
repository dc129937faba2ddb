import { engagementDrop } from './engagement.ts';
import { percentileOf } from './percentile-table.ts';
import type { ScoringModel } from './scoring-model.ts';

/** What a priority is made of. */
export const CRITERIA = ['valueAtRisk', 'churn', 'engagementDrop'] as const;
export type Criterion = (typeof CRITERIA)[number];

/** A customer's standing by each criterion: the share of the training's customers below, 0..1. */
export type Standing = Readonly<Record<Criterion, number>>;

/** How standings become one number; frozen in the scoring model. Weights add up to anything above 0. */
export interface PriorityRule {
  method: 'weighted-sum' | 'topsis';
  weights: Readonly<Record<Criterion, number>>;
}

/** Where a customer stands, by the model's percentile tables. */
export function standing(
  tables: ScoringModel['tables'],
  customer: { churn: number; valueIfKept: number; engagementRatio: number },
): Standing {
  return {
    valueAtRisk: percentileOf(tables.valueAtRisk, customer.churn * customer.valueIfKept),
    churn: percentileOf(tables.churn, customer.churn),
    engagementDrop: percentileOf(tables.engagementDrop, engagementDrop(customer.engagementRatio)),
  };
}

/**
 * 0..100: look here first. The weighted mean of the standings; or TOPSIS (Hwang & Yoon 1981): the weighted distance from the worst standing
 * (0 everywhere) as a share of the distances from the worst and the best (1 everywhere). Best and worst are those of the tables, so that
 * one customer's priority never depends on another's.
 */
export function priorityOf({ method, weights }: PriorityRule, customer: Standing): number {
  const total = CRITERIA.reduce((sum, criterion) => sum + weights[criterion], 0);
  if (method === 'weighted-sum') {
    return (100 * CRITERIA.reduce((sum, criterion) => sum + weights[criterion] * customer[criterion], 0)) / total;
  }
  const distance = (best: 0 | 1) =>
    Math.hypot(...CRITERIA.map((criterion) => weights[criterion] * (best - customer[criterion])));
  return (100 * distance(0)) / (distance(0) + distance(1));
}
