import { userInfo } from 'node:os';

/** Who runs the command, as the machine knows them; kept beside what they change. */
export function actor(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number without a name.
    return 'unknown';
  }
}
