import type { Agent, AgentEvent, AgentReply, AgentRequest } from '../contracts/agent/agent.ts';
import type { Terminal } from '../contracts/commands/terminal.ts';
import { InterruptedStreamError } from '../contracts/errors/provider-errors.ts';
import { describeSource } from './context/write-context.ts';

function dim(terminal: Terminal, text: string): string {
  return terminal.hasColor ? `\u001b[2m${text}\u001b[22m` : text;
}

/** One line that tells which model answered, how much, how fast, and where to read why. */
export function describeReply(reply: AgentReply): string {
  const { usage } = reply;
  const about = usage.isEstimated ? 'about ' : '';
  const first = reply.firstTokenMs === undefined ? '' : ` · first token ${formatMilliseconds(reply.firstTokenMs)}`;
  const counts = `${about}${usage.inputTokens} + ${usage.outputTokens} tokens`;
  const cut = reply.finishReason === 'length' ? ' · cut at the token limit' : '';
  return `${reply.ref} · ${counts}${first} · ${formatMilliseconds(reply.totalMs)}${cut} · wooster why ${reply.decisionId}`;
}

function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

function show(event: AgentEvent, terminal: Terminal): void {
  if (event.kind === 'text') terminal.write(event.text);
  else if (event.kind === 'context') for (const notice of event.notices) terminal.note(notice);
  else if (event.kind === 'tool-called') {
    terminal.note(dim(terminal, `→ ${event.tool} ${shorten(JSON.stringify(event.args), 200)}`));
  } else if (event.kind === 'tool-finished') {
    terminal.note(dim(terminal, `${event.isError ? '✗' : '←'} ${shorten(event.text, 200)}`));
  }
}

/** The passages that the answer cites, and in one line how many more were found. */
function showSources({ citations }: AgentReply, foundCount: number, terminal: Terminal): void {
  if (citations.length > 0) {
    const lines = citations.map((citation) => `  [${citation.number}] ${describeSource(citation)}\n`);
    terminal.write(`\nSources:\n${lines.join('')}`);
  }
  const others = foundCount - citations.length;
  if (others <= 0) return;
  const were = others === 1 ? 'passage was' : 'passages were';
  const line =
    citations.length > 0
      ? `${others} more ${were} found and not cited`
      : `the answer rests on no document: ${others} ${were} found, and nothing in it could be traced to them`;
  terminal.note(dim(terminal, line));
}

/**
 * Runs one turn and shows it as it comes: text on standard output, tools and the closing line beside it. An answer
 * that breaks off is marked where it broke and thrown as an InterruptedStreamError.
 */
export async function printTurn(agent: Agent, request: AgentRequest, terminal: Terminal): Promise<AgentReply> {
  let foundCount = 0;
  for await (const event of agent.run(request)) {
    show(event, terminal);
    if (event.kind === 'context') foundCount += event.passages.length;
    if (event.kind === 'interrupted') {
      terminal.write('\n');
      throw new InterruptedStreamError(`the answer broke off here: ${event.message}`, {
        details: { causeCode: event.code, text: event.text },
      });
    }
    if (event.kind === 'finished') {
      terminal.write('\n');
      showSources(event.reply, foundCount, terminal);
      terminal.note(dim(terminal, describeReply(event.reply)));
      return event.reply;
    }
  }
  throw new InterruptedStreamError('the turn ended without an answer: ask again');
}
