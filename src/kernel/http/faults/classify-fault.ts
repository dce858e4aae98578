import {
  BusyError,
  CapabilityError,
  ContentFilteredError,
  ContextTooLongError,
  MalformedReplyError,
  ModelLoadingError,
  ModelNotFoundError,
  ProviderAuthError,
  ProviderCreditError,
  ProviderRejectedError,
  ProviderServerError,
  RateLimitedError,
  type ProviderError,
} from '../../../contracts/errors/provider-errors.ts';
import { readOverflow } from './context-overflow.ts';
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
  readonly retryAfterMs?: number;
  /** The server answers 404 for any failure to load (mlx_lm.server). */
  readonly isAnyFailure404?: boolean;
  /** Line that makes the model available, when the engine has one. */
  readonly pullHint?: string;
}

type Rule = (report: FaultReport, text: string) => ProviderError | undefined;

/** `provider at address: what the server said; what to do`. */
function say(report: FaultReport, text: string): string {
  const said = report.error.message === '' ? `status ${report.status}, no text` : report.error.message.slice(0, 300);
  return `${report.provider} at ${report.address}: ${said}; ${text}`;
}

function where(report: FaultReport): { provider: string; model?: string; status?: number } {
  return { provider: report.provider, model: report.model, status: report.status };
}

const tooLong: Rule = (report) => {
  const overflow = readOverflow(report.error);
  if (overflow === undefined) return undefined;
  return new ContextTooLongError(say(report, 'shorten the conversation or use a model with a larger window'), {
    ...where(report),
    ...overflow,
  });
};

const loading: Rule = (report, text) => {
  const isLoading =
    /\bloading model\b|model (is )?(still )?(being )?load(ed|ing)|startup preload/i.test(text) ||
    report.error.type === 'model_loading' ||
    report.error.code === 'model_loading';
  if (!isLoading || (report.status !== undefined && report.status !== 503)) return undefined;
  return new ModelLoadingError(say(report, 'wait until it is loaded'), {
    ...where(report),
    progress: report.error.numbers.progress,
  });
};

const busy: Rule = (report, text) => {
  const hasFullQueue =
    /server busy|maximum pending requests|queue (is )?full|overloaded|no slot available|model limit reached/i.test(
      text,
    );
  const asksToWait = report.status === 503 && report.retryAfterMs !== undefined;
  if (report.status === 429 || !(asksToWait || (hasFullQueue && [500, 503, 529, undefined].includes(report.status)))) {
    return undefined;
  }
  const options = { ...where(report), retryAfterMs: report.retryAfterMs };
  return new BusyError(say(report, 'wait, or give the server more slots'), options);
};

const incapable: Rule = (report, text) => {
  const named =
    /does not support (?:these )?(?<what>chat|generate|thinking|tools|embeddings|vision|images?|multimodal|audio)/i.exec(
      text,
    )?.groups?.what ?? (/multimodal data provided|image input is not supported/i.test(text) ? 'vision' : undefined);
  const isLlamaEmbedder = /context does not logits computation/i.test(text);
  const isToolFlag = /enable-auto-tool-choice|tool-call-parser|requires --jinja/i.test(text);
  const word = named?.toLowerCase() ?? (isLlamaEmbedder ? 'chat' : isToolFlag ? 'tools' : undefined);
  if (word === undefined && report.status !== 501) return undefined;
  const names: Record<string, string> = {
    generate: 'chat',
    thinking: 'reasoning',
    embeddings: 'embed',
    image: 'vision',
    images: 'vision',
    multimodal: 'vision',
  };
  const capability = names[word ?? ''] ?? word ?? report.operation;
  return new CapabilityError(say(report, 'use a model or server that can'), { ...where(report), capability });
};

/** mlx_lm 0.32 answers `Not Found`, llama.cpp `File Not Found`, Ollama `404 page not found` to a path they do not have. */
const missingRoute: Rule = (report, text) => {
  const isRoute = report.status === 404 && /^(|(404 )?(page |file )?not found)$/i.test(text.trim());
  if (!isRoute && report.status !== 405) return undefined;
  const advice = `it has no such route for ${report.operation}; check the base URL and the kind of server`;
  return new CapabilityError(say(report, advice), { ...where(report), capability: report.operation });
};

const unknownModel: Rule = (report, text) => {
  const saysSo =
    /model\b.{0,200}\b(not found|does not exist|is not found)|no models? loaded|model is not loaded/is.test(text) ||
    report.error.code === 'model_not_found';
  if (!saysSo && !(report.status === 404 && report.model !== undefined)) return undefined;
  const hint = report.pullHint ?? 'choose one of its models (`wooster models`)';
  const lead = report.isAnyFailure404 === true ? 'it could not load the model; ' : '';
  return new ModelNotFoundError(say(report, lead + hint), where(report));
};

const refusedKey: Rule = (report) => {
  if (report.status === 402) {
    return new ProviderCreditError(say(report, 'add credit to the account'), where(report));
  }
  if (report.status === 401) {
    return new ProviderAuthError(say(report, 'set the right key'), where(report));
  }
  if (report.status !== 403) return undefined;
  // Ollama 0.34 answers 403 without a body to a Host header that is not of this machine.
  const advice =
    report.error.message === '' ? 'set its allowed hosts or origins, or the key' : 'check the key and what it may do';
  return new ProviderAuthError(say(report, advice), where(report));
};

const limited: Rule = (report, text) => {
  if (report.status !== 429) return undefined;
  if (/insufficient_quota|exceeded your current quota/i.test(`${report.error.code} ${report.error.type} ${text}`)) {
    return new ProviderCreditError(say(report, 'add credit to the account'), where(report));
  }
  return new RateLimitedError(say(report, 'wait, or allow another provider'), {
    ...where(report),
    retryAfterMs: report.retryAfterMs,
  });
};

const filtered: Rule = (report) =>
  report.error.code === 'content_filter' || report.error.code === 'content_policy_violation'
    ? new ContentFilteredError(say(report, 'the provider withheld the answer'), where(report))
    : undefined;

/** In this order: an overflow comes as 400 and 500, a missing capability as 400 and 501, an unknown model as 400 and 404. */
const RULES: readonly Rule[] = [
  tooLong,
  loading,
  limited,
  busy,
  incapable,
  refusedKey,
  missingRoute,
  unknownModel,
  filtered,
];

/** Turns a server's refusal into the class of the error table; the one place that reads a server's words. */
export function classifyFault(report: FaultReport): ProviderError {
  const text = report.error.message;
  for (const rule of RULES) {
    const error = rule(report, text);
    if (error !== undefined) return error;
  }
  const { status } = report;
  if (status === undefined)
    return new ProviderServerError(say(report, 'look into the log of the server'), where(report));
  if (status >= 500) return new ProviderServerError(say(report, `status ${status}; look into its log`), where(report));
  if (status >= 400) return new ProviderRejectedError(say(report, `status ${status}`), where(report));
  return new MalformedReplyError(
    say(report, `status ${status} was not expected; is it a model server?`),
    where(report),
  );
}
