import type { AttemptRecord, RouteTrace } from '../../../src/index.ts';
import { SOAK_LIMITS } from './soak-plan.ts';

/** What is wrong with the records of one call: each attempt has one, finished, and the last tells how the call ended. */
export function attemptFaults({ attempts }: RouteTrace, error: unknown): string[] {
  const faults: string[] = [];
  const ordinals = attempts.map(({ ordinal }) => ordinal);
  if (ordinals.some((ordinal, at) => ordinal !== at)) faults.push(`attempts numbered ${ordinals.join()}`);
  if (attempts.some(({ outcome }) => outcome === 'running')) faults.push('an attempt without an end');
  const answered = attempts.filter(({ outcome }) => outcome === 'answered').length;
  if (answered > 1 || (error === undefined && attempts.at(-1)?.outcome !== 'answered')) {
    faults.push(
      `ended ${error === undefined ? 'well' : 'badly'} with attempts ${attempts.map(({ outcome }) => outcome).join()}`,
    );
  }
  return faults;
}

/** The limit that ended an attempt, as its message names it; those between tokens began at a moment nobody noted. */
function passedLimit({ error }: AttemptRecord): number | undefined {
  if (error?.code !== 'E_TIMEOUT' || error.message.includes('idle')) return undefined;
  const found = /limit of (\d+) ms|within (\d+) ms/.exec(error.message);
  return found === null ? undefined : Number(found[1] ?? found[2]);
}

/** By how many milliseconds attempts outlasted the limit that ended them, or the limit of all attempts. */
export function overrunsOf({ attempts }: RouteTrace): number[] {
  return attempts.flatMap((attempt) => {
    const totalMs = attempt.totalMs ?? 0;
    const limitMs = passedLimit(attempt) ?? (totalMs > SOAK_LIMITS.totalMs ? SOAK_LIMITS.totalMs : undefined);
    return limitMs === undefined ? [] : [Math.max(0, totalMs - limitMs)];
  });
}
