import { minute } from '../domain/units.ts';

/** Counts attempts that failed, so that nobody can guess on. */
export interface AttemptLimit {
  /** How long this sender has to wait. Undefined: not at all. */
  waitMs(sender: string): number | undefined;
  failed(sender: string): void;
}

const windowMs = minute;
/** Of one sender, and of all together: an attacker may have many addresses. */
const maxFailures = { each: 10, all: 200 } as const;

/** @param now - a monotonic clock in milliseconds */
export function createAttemptLimit(now: () => number): AttemptLimit {
  let failures: { readonly at: number; readonly sender: string }[] = [];
  const recent = (): typeof failures => {
    failures = failures.filter(({ at }) => at > now() - windowMs);
    return failures;
  };
  return {
    waitMs(sender) {
      const all = recent();
      const own = all.filter((each) => each.sender === sender);
      const first = own.length >= maxFailures.each ? own[0] : all.length >= maxFailures.all ? all[0] : undefined;
      return first && first.at + windowMs - now();
    },
    failed(sender) {
      if (recent().length < maxFailures.all) failures.push({ at: now(), sender });
    },
  };
}
