import {
  BusyError,
  ModelLoadingError,
  ProviderCreditError,
  RateLimitedError,
} from '../../../contracts/errors/provider-errors.ts';
import { isNamed, sayFault, whereFault, type FaultRule } from './fault-report.ts';

const LOADING =
  /\bloading model\b|model .{0,80}\bis (currently|still) loading|model (is )?(still )?(being )?load(ed|ing)\b|startup preload/i;

/** A model that could not be loaded is no model that is being loaded. */
const FAILED_TO_LOAD = /\b(error|fail(ed|ure)?|unable|cannot|could not|not loaded)\b/i;

const FULL_QUEUE =
  /server busy|engine is busy|maximum pending requests|queue (is )?full|overloaded|no slot available|model limit reached/i;

/** The server says that it loads the model: llama-server 503, LocalAI's preload, our engines and our embedding server. */
export const loading: FaultRule = (report, text) => {
  const isLoading = isNamed(report, 'model_loading') || (LOADING.test(text) && !FAILED_TO_LOAD.test(text));
  if (!isLoading || (report.status !== undefined && report.status !== 503)) return undefined;
  return new ModelLoadingError(sayFault(report, 'wait until it is loaded'), {
    ...whereFault(report),
    progress: report.error.numbers.progress,
  });
};

/** The account has no money left; vendors say so under 402, 429 and 400. */
export const withoutCredit: FaultRule = (report, text) => {
  const waitMs = report.retryAfterMs ?? report.error.retryAfterMs;
  // Gemini writes the same words over a limit of a minute, and then says how long to wait.
  const isQuota = report.status === 429 && /exceeded your current quota/i.test(text) && waitMs === undefined;
  const isSpent =
    report.status === 402 ||
    isQuota ||
    isNamed(report, 'insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active') ||
    /insufficient_quota|credit balance is too low|insufficient (credits|balance)/i.test(text);
  if (!isSpent) return undefined;
  return new ProviderCreditError(sayFault(report, 'add credit to the account'), whereFault(report));
};

/** 429, whatever it says, and the same limit told under another status or within a stream. */
export const limited: FaultRule = (report) => {
  const isLimit =
    report.status === 429 ||
    isNamed(report, 'rate_limit_exceeded', 'rate_limit_error', 'rate_limited', 'RESOURCE_EXHAUSTED');
  if (!isLimit) return undefined;
  return new RateLimitedError(sayFault(report, 'wait, or allow another provider'), {
    ...whereFault(report),
    retryAfterMs: report.retryAfterMs ?? report.error.retryAfterMs,
  });
};

/** A full queue in the words of a server, or a 503 that says when to come back. */
export const busy: FaultRule = (report, text) => {
  const retryAfterMs = report.retryAfterMs ?? report.error.retryAfterMs;
  const asksToWait = report.status === 503 && retryAfterMs !== undefined;
  const saysSo = FULL_QUEUE.test(text) || isNamed(report, 'busy_error', 'overloaded_error', 'Overloaded');
  if (!asksToWait && !(saysSo && [500, 503, 529, undefined].includes(report.status))) return undefined;
  return new BusyError(sayFault(report, 'wait, or give the server more slots'), {
    ...whereFault(report),
    retryAfterMs,
  });
};
