/** What a person or a program may do: look, act on customers, or run the workspace. Each may do what those before it may. */
export const ROLES = ['viewer', 'rep', 'admin'] as const;

/** One of them. */
export type Role = (typeof ROLES)[number];

/** Whether a role is enough for what needs another. */
export function isEnough(has: Role, needs: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needs);
}
