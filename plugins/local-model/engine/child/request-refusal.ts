import type { ZodType } from 'zod';

/** The kinds of error the engine's wire knows; the names are those of llama-server, whose clients then understand them. */
type RefusalType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'not_found_error'
  | 'not_supported_error'
  | 'exceed_context_size_error'
  | 'busy_error'
  | 'unavailable_error'
  | 'server_error';

/** A request that is not served; it knows its HTTP status and body. */
export class RequestRefusal extends Error {
  readonly status: number;
  readonly type: RefusalType;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(status: number, type: RefusalType, message: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'RequestRefusal';
    this.status = status;
    this.type = type;
    this.facts = facts;
  }

  /** The reply's body: `{"error": {code, message, type, ...facts}}`. */
  toBody(): { error: Record<string, unknown> } {
    return { error: { code: this.status, message: this.message, type: this.type, ...this.facts } };
  }
}

/** A body by its schema; a 400 that names the first wrong field. */
export function checked<T>(schema: ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') ?? '';
  const text = `${where === '' ? 'the body' : where}: ${issue?.message ?? 'is not valid'}`;
  throw new RequestRefusal(400, 'invalid_request_error', text);
}

/** Makes a refusal of whatever was thrown while serving. */
export function refusalOf(error: unknown): RequestRefusal {
  if (error instanceof RequestRefusal) return error;
  return new RequestRefusal(500, 'server_error', error instanceof Error ? error.message : String(error));
}
