import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { Progress } from './terminal.ts';

/** How a thing stands: in order, worth knowing, in the way of something, or broken. Only `fault` makes `doctor` fail. */
export type FindingState = 'ok' | 'info' | 'warning' | 'fault';

/** What a check saw of one thing. */
export interface Finding {
  readonly state: FindingState;
  /** One line: what is so. */
  readonly summary: string;
  /** One line: what to do. */
  readonly remedy?: string;
  /** `fix` of the check would do it. */
  readonly canFix?: boolean;
}

/** What a fix is given. */
export interface HealthFixContext {
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** One thing that `doctor` looks at. */
export interface HealthCheck {
  readonly id: string;
  /** Two words at most, shown beside its findings. */
  readonly title: string;
  /** Findings are shown in ascending order. */
  readonly order: number;
  /** Looks and changes nothing; within a few seconds, and sends nothing beyond the user's machines. At least one finding. */
  run(signal: AbortSignal): Promise<readonly Finding[]>;
  /** Mends what its findings said it can; one line about what was done. Throws contract errors for what it could not. */
  fix?(context: HealthFixContext): Promise<string>;
}

/** Checks of `doctor`. */
export const HEALTH_CHECKS: ExtensionPoint<HealthCheck> = defineExtensionPoint<HealthCheck>({
  id: 'health-checks',
  summary: 'what `doctor` looks at and can mend',
  idOf: (check) => check.id,
});
