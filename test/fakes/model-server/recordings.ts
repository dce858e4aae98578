import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { send, type Reply, type Step } from './http/reply.ts';

/** One recorded call of a real server. */
export interface Recording {
  name: string;
  method: string;
  path: string;
  /** The request body as the file tells it; in words for a very long one. */
  requestText: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

const folder = fileURLToPath(new URL('../../fixtures/wire/', import.meta.url));

/** Reads `ollama-0.34-chat-stream-smol` from `ollama-0.34/chat-stream-smol.txt`; throws when there is none. */
export function readRecording(name: string): Recording {
  const server = readdirSync(folder).find((entry) => name.startsWith(`${entry}-`));
  const file = server === undefined ? '' : join(folder, server, `${name.slice(server.length + 1)}.txt`);
  if (!existsSync(file)) throw new Error(`no recording named ${name} in test/fixtures/wire`);
  return parseRecording(name, readFileSync(file, 'utf8'));
}

function parseRecording(name: string, text: string): Recording {
  const [first = '', ...lines] = text.split('\n');
  const request = parseRequest(first);
  const statusLine = /^HTTP\/[\d.]+ (\d+)/.exec(lines[0] ?? '');
  const blank = statusLine === null ? -1 : lines.indexOf('');
  const headers: Record<string, string> = {};
  for (const line of lines.slice(1, Math.max(0, blank))) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon)] = line.slice(colon + 1).trim();
  }
  const status = Number(statusLine?.[1] ?? /HTTP (\d{3})/.exec(first)?.[1] ?? 200);
  return { name, ...request, status, headers, body: bodyOf(lines.slice(blank + 1).join('\n')) };
}

function parseRequest(line: string): { method: string; path: string; requestText: string } {
  const plain = /^> ([A-Z]+) (\S+) ?(.*)$/.exec(line);
  if (plain !== null) return { method: plain[1] ?? '', path: plain[2] ?? '', requestText: plain[3] ?? '' };
  const path = /https?:\/\/[^/\s]+(\/\S*)?/.exec(line)?.[1] ?? '/';
  const requestText = (/ -d (.*)$/.exec(line)?.[1] ?? '').replace(/^'(.*)'$/, '$1');
  const method = / -X ([A-Z]+)/.exec(line)?.[1] ?? (requestText === '' ? 'GET' : 'POST');
  return { method, path, requestText };
}

/** The body without what the recorder added, and with the cut vectors mended by leaving out the numbers on both sides of the cut. */
function bodyOf(text: string): string {
  const trailer = /\n+(\[(total )?[\d.]+s[^\]\n]*\]|# curl exit \d+)\s*$/;
  const body = text.replace(trailer, '').replace(/,[^,\n]*\n\.\.\. cut \.\.\.\n[^,\n]*,/g, ',');
  return body.trim() === '' ? '' : body;
}

/** The recorded reply as steps: an event or a line each, so that faults find their place in it. */
export function recordedReply(recording: Recording): Reply {
  const { status, body } = recording;
  const dropped = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date']);
  const headers = Object.fromEntries(
    Object.entries(recording.headers).filter(([name]) => !dropped.has(name.toLowerCase())),
  );
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (Object.keys(headers).length === 0 && body.startsWith('{'))
    headers['Content-Type'] = 'application/json; charset=utf-8';
  const streamed = type.includes('event-stream')
    ? eventSteps(body)
    : type.includes('ndjson')
      ? lineSteps(body)
      : undefined;
  const steps = streamed ?? (body === '' ? [] : [send('body', body)]);
  return {
    status,
    headers,
    framing: streamed === undefined ? 'length' : 'chunked',
    steps: [{ kind: 'head' }, ...steps],
  };
}

function eventSteps(body: string): Step[] {
  const events = body.trim().split('\n\n');
  return events.map((event) => {
    if (event.startsWith(':')) return send('opening', `${event}\n\n`);
    if (event === 'data: [DONE]') return send('end', `${event}\n\n`);
    if (/"finish_reason": ?"/.test(event)) return send('finish', `${event}\n\n`);
    return send(/"choices": ?\[\]/.test(event) ? 'usage' : 'token', `${event}\n\n`);
  });
}

function lineSteps(body: string): Step[] {
  const lines = body.trim().split('\n');
  return lines.map((line) => send(line.includes('"done":true') ? 'finish' : 'token', `${line}\n`));
}
