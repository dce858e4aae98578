import {
  ContentFilteredError,
  ContextTooLongError,
  MalformedReplyError,
  ProviderAuthError,
  ProviderRejectedError,
  ProviderServerError,
  type ProviderError,
} from '../../../contracts/errors/provider-errors.ts';
import { incapable, missingRoute, unknownModel } from './capability-rules.ts';
import { readOverflow } from './context-overflow.ts';
import { isNamed, sayFault, whereFault, type FaultReport, type FaultRule } from './fault-report.ts';
import { busy, limited, loading, withoutCredit } from './limit-rules.ts';

const tooLong: FaultRule = (report) => {
  const overflow = readOverflow(report.error);
  if (overflow === undefined) return undefined;
  return new ContextTooLongError(sayFault(report, 'shorten the conversation or use a model with a larger window'), {
    ...whereFault(report),
    ...overflow,
  });
};

/** Codes of OpenAI and Azure; OpenRouter says 403 and that the input was flagged. */
const filtered: FaultRule = (report, text) => {
  const isFiltered =
    isNamed(report, 'content_filter', 'content_policy_violation', 'moderation_blocked', 'invalid_prompt') ||
    (report.status === 403 && /\b(moderation|flagged)\b/i.test(text));
  if (!isFiltered) return undefined;
  return new ContentFilteredError(sayFault(report, 'the provider withheld the answer'), whereFault(report));
};

const refusedKey: FaultRule = (report) => {
  if (report.status === 401 || isNamed(report, 'invalid_api_key', 'authentication_error')) {
    return new ProviderAuthError(sayFault(report, 'set the right key'), whereFault(report));
  }
  if (report.status !== 403) return undefined;
  // Ollama 0.34 answers 403 without a body to a Host header that is not of this machine.
  const advice =
    report.error.message === '' ? 'set its allowed hosts or origins, or the key' : 'check the key and what it may do';
  return new ProviderAuthError(sayFault(report, advice), whereFault(report));
};

/** LM Studio answers 400 when its engine has died or could not load, mlx-vlm when it could not load. */
const engineFailed: FaultRule = (report, text) =>
  /model has crashed|model (was )?unloaded|(failed to load|error loading|could not load) model|out of memory|insufficient memory/i.test(
    text,
  )
    ? new ProviderServerError(sayFault(report, 'look into its log; the model may need more memory'), whereFault(report))
    : undefined;

/** In this order: an overflow comes as 400 and 500, a missing capability as 400 and 501, an unknown model as 400 and 404. */
const RULES: readonly FaultRule[] = [
  tooLong,
  loading,
  withoutCredit,
  limited,
  busy,
  filtered,
  incapable,
  refusedKey,
  missingRoute,
  unknownModel,
  engineFailed,
];

/**
 * Of the server's making although below 500: time-out, conflict and early data of proxies, 424 of
 * text-embeddings-inference 1.9 whose back end failed, 499 of Ollama 0.33 whose runner gave the request up.
 */
const SERVER_FAILURES: readonly number[] = [408, 409, 424, 425, 499];

/** Turns a server's refusal into the class of the error table; the one place that reads a server's words. */
export function classifyFault(report: FaultReport): ProviderError {
  const text = report.error.message;
  for (const rule of RULES) {
    const error = rule(report, text);
    if (error !== undefined) return error;
  }
  const where = whereFault(report);
  const { status } = report;
  if (status === undefined) return new ProviderServerError(sayFault(report, 'look into the log of the server'), where);
  if (status >= 500 || SERVER_FAILURES.includes(status)) {
    return new ProviderServerError(sayFault(report, `status ${status}; look into its log`), where);
  }
  if (status >= 400) return new ProviderRejectedError(sayFault(report, `status ${status}`), where);
  return new MalformedReplyError(sayFault(report, `status ${status} was not expected; is it a model server?`), where);
}
