import type { ProviderError } from '../../../contracts/errors/provider-errors.ts';
import type { ErrorBody } from './error-body.ts';

/** A fault and where it arose. */
export interface FaultReport {
  readonly provider: string;
  readonly address: string;
  readonly model?: string;
  /** What was asked for; what a missing route cannot do. */
  readonly operation: 'chat' | 'embed' | 'models';
  /** Absent for an error told within a reply whose status was 200. */
  readonly status?: number;
  readonly error: ErrorBody;
  /** What the headers asked to wait; wins over what the body asks. */
  readonly retryAfterMs?: number;
  /** The server answers 404 for any failure to load (mlx_lm.server). */
  readonly isAnyFailure404?: boolean;
  /** Line that makes the model available, when the engine has one. */
  readonly pullHint?: string;
}

/** Reads one kind of fault; undefined leaves the report to the next rule. */
export type FaultRule = (report: FaultReport, text: string) => ProviderError | undefined;

/** `provider at address: what the server said; what to do`. */
export function sayFault(report: FaultReport, advice: string): string {
  const said = report.error.message === '' ? `status ${report.status}, no text` : report.error.message.slice(0, 300);
  return `${report.provider} at ${report.address}: ${said}; ${advice}`;
}

/** Provider, model and status for the error made of a report. */
export function whereFault(report: FaultReport): { provider: string; model?: string; status?: number } {
  return { provider: report.provider, model: report.model, status: report.status };
}

/** True when the type or the code of an error is one of these words. */
export function isNamed({ error }: FaultReport, ...names: readonly string[]): boolean {
  return [error.type, error.code].some((word) => word !== undefined && names.includes(word));
}
