/** What a piece of a reply is, so that a fault can find its place: `token` is one unit of content, reasoning or tool call. */
type Part = 'body' | 'opening' | 'role' | 'token' | 'finish' | 'usage' | 'end';

/** One thing done on the wire, in order. A wait of Infinity ends when the caller leaves. */
export type Step =
  | { kind: 'head' }
  /** `onSent` is for a server that does work while it answers: a step that is cut off is work that was not done. */
  | { kind: 'send'; part: Part; bytes: Buffer; onSent?: () => void }
  | { kind: 'wait'; forMs: number }
  | { kind: 'cut'; isReset: boolean };

/** How the end of a body is told: by its length, by chunks, or by closing. */
type Framing = 'length' | 'chunked' | 'close';

/** A whole reply as a list of steps; faults rewrite the list. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  framing: Framing;
  /** Sent as HTTP/1.0: no chunks, closed after every reply. */
  isOldHttp?: boolean;
  steps: Step[];
  /** What Content-Length promises when it is not the sum of the sent bytes. */
  promisedBytes?: number;
  /** A chunk with no content, in a streamed chat reply. */
  emptyChunk?: string;
}

/** A send step from text. */
export function send(part: Part, text: string): Step {
  return { kind: 'send', part, bytes: Buffer.from(text, 'utf8') };
}

/** A reply with one body whose length is told. */
export function bodyReply(status: number, headers: Record<string, string>, text: string): Reply {
  const steps: Step[] = [{ kind: 'head' }];
  if (text !== '') steps.push(send('body', text));
  return { status, headers, framing: 'length', steps };
}

/** A JSON reply; the content type may be overridden by headers. */
export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return bodyReply(status, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(value));
}

/** A streamed reply made of the given sends and waits. */
export function streamReply(headers: Record<string, string>, steps: Step[]): Reply {
  return { status: 200, headers, framing: 'chunked', steps: [{ kind: 'head' }, ...steps] };
}

/** Sum of the bytes a reply sends. */
export function replyBytes(reply: Reply): number {
  return reply.steps.reduce((sum, step) => sum + (step.kind === 'send' ? step.bytes.length : 0), 0);
}

/** All text a reply sends. */
export function replyText(reply: Reply): string {
  return Buffer.concat(reply.steps.flatMap((step) => (step.kind === 'send' ? [step.bytes] : []))).toString('utf8');
}
