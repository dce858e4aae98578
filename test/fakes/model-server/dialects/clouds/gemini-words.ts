import { isRecord } from '../../http/call.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';

/** Google's words for a status (google.rpc.Code, as its HTTP errors carry them). */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** An error body of Google. */
export function geminiFailure(status: number, message: string, details?: unknown[]): Reply {
  const error = { code: status, message, status: STATUSES[status] ?? 'UNKNOWN', ...(details && { details }) };
  return jsonReply(status, { error });
}

/** The parts of a content that are objects. */
export function partsOf(content: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(content['parts']) ? content['parts'].filter((part) => isRecord(part)) : [];
}

/** The text of a content; a picture or a call says nothing. */
export function textOfParts(content: unknown): string {
  if (!isRecord(content)) return '';
  return partsOf(content)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('');
}
