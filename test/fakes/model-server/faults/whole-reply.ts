import type { Dialect } from '../dialects/dialect.ts';
import type { Call } from '../http/call.ts';
import { bodyReply, jsonReply, type Reply } from '../http/reply.ts';
import { asksStream } from '../rules.ts';
import type { Fault, ReplyFault, RetryAfter } from './fault-kinds.ts';

const page = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;

/** The reply a fault puts in the place of the real one, or undefined when it replaces nothing. */
export function replacedReply(fault: Fault, call: Call, dialect: Dialect): Reply | undefined {
  if (fault.kind === 'status') return statusReply(fault, call, dialect);
  if (fault.kind === 'empty') return emptyReply(fault, call);
  if (fault.kind === 'redirect') return bodyReply(fault.status ?? 307, { Location: fault.location }, '');
  if (fault.kind === 'html') {
    const status = fault.status ?? 200;
    return bodyReply(
      status,
      { 'Content-Type': 'text/html; charset=utf-8' },
      page(status === 200 ? 'Welcome' : `${status} Bad Gateway`),
    );
  }
  if (fault.kind === 'loading' && dialect.loading !== 'blocks') {
    return withHeaders(dialect.loading(call), retryHeaders(fault.retryAfter));
  }
  return undefined;
}

function statusReply(fault: ReplyFault & { kind: 'status' }, call: Call, dialect: Dialect): Reply {
  const message = fault.message ?? `fault with status ${fault.status}`;
  const headers = { ...retryHeaders(fault.retryAfter), ...fault.headers };
  if (fault.body === undefined) return withHeaders(dialect.failure(call, fault.status, message), headers);
  if (typeof fault.body !== 'string') return jsonReply(fault.status, fault.body, headers);
  return bodyReply(fault.status, { 'Content-Type': 'text/plain', ...headers }, fault.body);
}

/** An empty reply keeps the content type a good one would have had. */
function emptyReply(fault: ReplyFault & { kind: 'empty' }, call: Call): Reply {
  const isStream = asksStream(call);
  return bodyReply(fault.status ?? 200, { 'Content-Type': isStream ? 'text/event-stream' : 'application/json' }, '');
}

function withHeaders(reply: Reply, headers: Record<string, string>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

/** The four forms servers use. A date counts from now. */
function retryHeaders(retry: RetryAfter | undefined): Record<string, string> {
  if (retry === undefined) return {};
  if ('seconds' in retry) return { 'Retry-After': String(retry.seconds) };
  if ('dateInMs' in retry) return { 'Retry-After': new Date(Date.now() + retry.dateInMs).toUTCString() };
  if ('milliseconds' in retry) return { 'retry-after-ms': String(retry.milliseconds) };
  return { 'x-ms-retry-after-ms': String(retry.azureMilliseconds) };
}
