import { ERROR_TABLE, type ErrorCode } from './error-table.ts';
import { WoosterError, type ErrorOptions } from './wooster-error.ts';

/** Where a provider's error arose. */
export interface ProviderErrorOptions extends ErrorOptions {
  readonly provider?: string;
  readonly model?: string;
  readonly targetId?: string;
  /** HTTP status of the reply, when there was one. */
  readonly status?: number;
}

/** Base of what a provider throws; providers translate at the edge, once. */
export class ProviderError extends WoosterError {
  constructor(code: ErrorCode, message: string, options: ProviderErrorOptions = {}) {
    const { provider, model, targetId, status } = options;
    super(ERROR_TABLE[code], message, {
      cause: options.cause,
      details: { ...options.details, provider, model, targetId, status },
    });
  }
}

/** Refused, reset, not resolved, or no TLS. */
export class ProviderUnreachableError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions = {}) {
    super('E_UNREACHABLE', message, options);
  }
}

/** Which limit passed. `idle` is the time between two tokens, `throughput` the slowest rate of them. */
export type TimeoutPhase = 'connect' | 'load' | 'first-token' | 'idle' | 'throughput' | 'total';

/** A time limit passed; the message names the limit and its value. */
export class ProviderTimeoutError extends ProviderError {
  readonly phase: TimeoutPhase;

  constructor(message: string, options: ProviderErrorOptions & { phase: TimeoutPhase; limitMs: number }) {
    super('E_TIMEOUT', message, {
      ...options,
      details: { ...options.details, phase: options.phase, limitMs: options.limitMs },
    });
    this.phase = options.phase;
  }
}

/** The server says that it is loading the model; `progress` is 0 to 1 when it tells. */
export class ModelLoadingError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions & { progress?: number } = {}) {
    super('E_LOADING', message, { ...options, details: { ...options.details, progress: options.progress } });
  }
}

/** The provider limits the rate; `retryAfterMs` is its own figure, when it gave one. */
export class RateLimitedError extends ProviderError {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ProviderErrorOptions & { retryAfterMs?: number } = {}) {
    super('E_RATE_LIMITED', message, {
      ...options,
      details: { ...options.details, retryAfterMs: options.retryAfterMs },
    });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The queue of the server is full. */
export class BusyError extends ProviderError {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ProviderErrorOptions & { retryAfterMs?: number } = {}) {
    super('E_BUSY', message, { ...options, details: { ...options.details, retryAfterMs: options.retryAfterMs } });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A 5xx that is neither loading nor busy. */
export class ProviderServerError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions = {}) {
    super('E_PROVIDER_SERVER', message, options);
  }
}

/** The provider refuses the key. */
export class ProviderAuthError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions = {}) {
    super('E_PROVIDER_AUTH', message, options);
  }
}

/** The account has no credit. */
export class ProviderCreditError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions = {}) {
    super('E_PROVIDER_CREDIT', message, options);
  }
}

/** The server does not have the model. */
export class ModelNotFoundError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions = {}) {
    super('E_MODEL_NOT_FOUND', message, options);
  }
}

/** The model or server cannot do it; the capability is then removed from what is known of the model. */
export class CapabilityError extends ProviderError {
  readonly capability: string;

  constructor(message: string, options: ProviderErrorOptions & { capability: string }) {
    super('E_CAPABILITY', message, { ...options, details: { ...options.details, capability: options.capability } });
    this.capability = options.capability;
  }
}

/** The conversation is longer than the window; both figures in tokens, when the server told them. */
export class ContextTooLongError extends ProviderError {
  readonly limitTokens: number | undefined;
  readonly actualTokens: number | undefined;

  constructor(message: string, options: ProviderErrorOptions & { limitTokens?: number; actualTokens?: number } = {}) {
    const { limitTokens, actualTokens } = options;
    super('E_CONTEXT', message, { ...options, details: { ...options.details, limitTokens, actualTokens } });
    this.limitTokens = limitTokens;
    this.actualTokens = actualTokens;
  }
}

/** A 4xx of our making. */
export class ProviderRejectedError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions = {}) {
    super('E_REJECTED', message, options);
  }
}

/** A reply that is not what its protocol says: an HTML page, bad JSON, an empty 200, a wrong vector. */
export class MalformedReplyError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions = {}) {
    super('E_MALFORMED', message, options);
  }
}

/** A stream that ended without its end marker; `outputTokens` counts the pieces that had been delivered, which most servers send a token each. */
export class InterruptedStreamError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions & { outputTokens?: number } = {}) {
    super('E_INTERRUPTED', message, {
      ...options,
      details: { ...options.details, outputTokens: options.outputTokens },
    });
  }
}

/** The provider withheld the answer. */
export class ContentFilteredError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions = {}) {
    super('E_FILTERED', message, options);
  }
}

/** The target's breaker is open; nothing was sent. */
export class CircuitOpenError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions = {}) {
    super('E_CIRCUIT_OPEN', message, options);
  }
}

/** No candidate may or can answer; `reasons` has one line for each that was considered. */
export class NoRouteError extends ProviderError {
  constructor(message: string, options: ProviderErrorOptions & { decisionId?: string; reasons: readonly string[] }) {
    super('E_NO_ROUTE', message, {
      ...options,
      details: { ...options.details, decisionId: options.decisionId, reasons: options.reasons },
    });
  }
}
