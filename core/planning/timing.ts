import { addDays, type CalendarDay, weekdayOf } from '../domain/calendar-day.ts';
import type { PlanningSettings } from './settings.ts';

/** When a customer may be contacted. */
export interface ContactRules {
  hours: PlanningSettings['hours'];
  /** The first day that is not over: today, or tomorrow once today's working hours are. */
  from: CalendarDay;
  /** Left alone until this day, after the last contact; null without one. */
  coolUntil: CalendarDay | null;
}

/**
 * The day on which a contact reaches most of those who would leave: late enough that its effect has not worn off when they do, early enough
 * that they have not left. V(d) = leaving(d) + exp(-1 / effectDays) V(d + 1) is what a contact on day d reaches; the best allowed day is
 * taken, the earlier of equals.
 *
 * @param leaving probability of leaving on each day from `rules.from` on
 * @param effectDays after so many days a contact's effect has fallen to 1/e
 * @returns null when no day of the horizon is allowed
 */
export function bestContactDay(
  leaving: readonly number[],
  effectDays: number,
  rules: ContactRules,
): CalendarDay | null {
  const keeps = Math.exp(-1 / effectDays);
  let reached = 0;
  let best: { day: CalendarDay; reached: number } | null = null;
  for (let d = leaving.length - 1; d >= 0; d -= 1) {
    reached = (leaving[d] as number) + keeps * reached;
    const day = addDays(rules.from, d);
    if (mayContact(day, rules) && (best === null || reached >= best.reached)) best = { day, reached };
  }
  return best?.day ?? null;
}

/** Whether a day is a working day after the cool-down. */
export function mayContact(day: CalendarDay, { hours, coolUntil }: Pick<ContactRules, 'hours' | 'coolUntil'>): boolean {
  return hours.weekdays.includes(weekdayOf(day)) && (coolUntil === null || day >= coolUntil);
}

/** Today, or the day after once the working hours are over there. */
export function firstContactDay(
  asOf: CalendarDay,
  now: Date,
  timeZone: string,
  hours: PlanningSettings['hours'],
): CalendarDay {
  const local = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => local.find((each) => each.type === type)?.value ?? '';
  const isToday = `${part('year')}-${part('month')}-${part('day')}` === asOf;
  return isToday && Number(part('hour')) >= hours.to ? addDays(asOf, 1) : asOf;
}

/**
 * Probability of leaving on each day, from the churn probability that silence up to that day would give: what it rises by from one day to the
 * next. The share that is at risk already counts for the first day.
 *
 * @param churnIfSilent on each day from today on, 0..1
 */
export function leavingByDay(churnIfSilent: readonly number[]): readonly number[] {
  let highest = 0;
  return churnIfSilent.map((churn) => {
    const rise = Math.max(churn - highest, 0);
    highest = Math.max(highest, churn);
    return rise;
  });
}
