import type { Agent, AgentEvent, AgentReply, AgentRequest, AnswerInterruption } from '../contracts/agent/agent.ts';
import type { RouteDecision } from '../contracts/routing/decision.ts';
import type { Terminal } from '../contracts/commands/terminal.ts';
import { InterruptedStreamError } from '../contracts/errors/provider-errors.ts';
import { describeUsd } from '../kernel/wording/describe-budget.ts';
import { describeSource } from './context/write-context.ts';

type InterruptedEvent = Extract<AgentEvent, { kind: 'interrupted' }>;

function dim(terminal: Terminal, text: string): string {
  return terminal.hasColor ? `\u001b[2m${text}\u001b[22m` : text;
}

/** Nothing of what was free; what cannot be known is said, since it is not nothing. */
function describePrice(costUsd: number | undefined): string {
  if (costUsd === 0) return '';
  return costUsd === undefined ? ' · cost unknown' : ` · ${describeUsd(costUsd)} USD`;
}

/** One line that tells which model answered, how much, how fast, what it cost, and where to read why. */
function describeReply(reply: AgentReply): string {
  const { usage } = reply;
  const about = usage.isEstimated ? 'about ' : '';
  const first = reply.firstTokenMs === undefined ? '' : ` · first token ${formatMilliseconds(reply.firstTokenMs)}`;
  const counts = `${about}${usage.inputTokens} + ${usage.outputTokens} tokens`;
  const cut = reply.finishReason === 'length' ? ' · cut at the token limit' : '';
  const replied = reply.repliedModel === undefined ? '' : ` (the server says ${reply.repliedModel})`;
  const price = describePrice(reply.costUsd);
  return `${reply.ref}${replied} · ${counts}${first} · ${formatMilliseconds(reply.totalMs)}${cut}${price} · wooster why ${reply.decisionId}`;
}

function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function shorten(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** Where a turn is shown: text on standard output, what is told beside it on lines of their own. */
class TurnScreen {
  readonly #terminal: Terminal;
  #isWithinLine = false;
  #told: string | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  write(text: string): void {
    if (text === '') return;
    this.#terminal.write(text);
    this.#isWithinLine = !text.endsWith('\n');
  }

  endLine(): void {
    if (this.#isWithinLine) this.write('\n');
  }

  note(text: string): void {
    this.endLine();
    this.#terminal.note(text);
  }

  /** Once for each thing that is told: a turn may take many calls. */
  loading(text: string | undefined): void {
    if (text === undefined || text === this.#told) return;
    this.#told = text;
    this.dimNote(text);
  }

  dimNote(text: string): void {
    this.note(dim(this.#terminal, text));
  }

  /**
   * What stands above the mark of a new beginning is void, so the mark stays with the text wherever that goes. Text
   * that is carried on is one answer, so there the mark is only for who looks on.
   */
  resumed(event: AnswerInterruption): void {
    const mark = dim(this.#terminal, describeInterruption(event));
    if (event.how === 'continued') {
      this.#terminal.note(this.#isWithinLine ? `\n${mark}` : mark);
      return;
    }
    this.endLine();
    this.write(`${mark}\n`);
  }
}

function describeInterruption({ how, tokens, brokenRef, ref }: AnswerInterruption): string {
  const after = tokens === 1 ? '1 token' : `${tokens} tokens`;
  const next = how === 'continued' ? `carried on by ${ref}` : `asked again of ${ref}`;
  return `[interrupted after ${after} on ${brokenRef}; ${next}]`;
}

/** That the model is loading, and who answers meanwhile; undefined where the first of the chain is there. */
function describeLoading({ chain }: RouteDecision): string | undefined {
  const [first] = chain;
  const loading = chain.find(({ isLoading, locality }) => isLoading === true && locality === first?.locality);
  if (first === undefined || loading === undefined) return undefined;
  return loading === first
    ? `${first.ref} is loading; the answer waits for it`
    : `${loading.ref} is loading; ${first.ref} answers meanwhile`;
}

function show(event: AgentEvent, screen: TurnScreen): void {
  if (event.kind === 'text') screen.write(event.text);
  else if (event.kind === 'decided') screen.loading(describeLoading(event.decision));
  else if (event.kind === 'resumed') screen.resumed(event);
  else if (event.kind === 'context') for (const notice of event.notices) screen.note(notice);
  else if (event.kind === 'tool-called') {
    screen.dimNote(`→ ${event.tool} ${shorten(JSON.stringify(event.args), 200)}`);
  } else if (event.kind === 'tool-finished') {
    screen.dimNote(`${event.isError ? '✗' : '←'} ${shorten(event.text, 200)}`);
  }
}

/** The passages that the answer cites, and in one line how many more were found. */
function showSources({ citations }: AgentReply, foundCount: number, screen: TurnScreen): void {
  if (citations.length > 0) {
    const lines = citations.map((citation) => `  [${citation.number}] ${describeSource(citation)}\n`);
    screen.write(`\nSources:\n${lines.join('')}`);
  }
  const others = foundCount - citations.length;
  if (others <= 0) return;
  const were = others === 1 ? 'passage was' : 'passages were';
  const line =
    citations.length > 0
      ? `${others} more ${were} found and not cited`
      : `the answer rests on no document: ${others} ${were} found, and nothing in it could be traced to them`;
  screen.dimNote(line);
}

/** What can be done about an answer that stays broken off. */
function adviceFor(request: AgentRequest, event: InterruptedEvent): string {
  const again = request.conversationId === undefined ? 'ask again' : 'ask again or say "go on"';
  if (event.code !== 'E_INTERRUPTED' || event.wasAskedAgain === true) return again;
  return `${again}, or set routing.failover.interruptedText to "restart" or "continue"`;
}

/**
 * Runs one turn and shows it as it comes: text on standard output, tools and the closing line beside it. An answer
 * that breaks off is marked where it broke; when no other model takes it up, it is thrown as an InterruptedStreamError.
 */
export async function printTurn(agent: Agent, request: AgentRequest, terminal: Terminal): Promise<AgentReply> {
  const screen = new TurnScreen(terminal);
  let foundCount = 0;
  for await (const event of agent.run(request)) {
    show(event, screen);
    if (event.kind === 'context') foundCount += event.passages.length;
    if (event.kind === 'interrupted') {
      screen.write('\n');
      throw brokenOff(request, event);
    }
    if (event.kind === 'finished') {
      screen.write('\n');
      showSources(event.reply, foundCount, screen);
      for (const notice of event.reply.notices ?? []) screen.note(notice);
      screen.dimNote(describeReply(event.reply));
      return event.reply;
    }
  }
  throw new InterruptedStreamError('the turn ended without an answer: ask again');
}

function brokenOff(request: AgentRequest, event: InterruptedEvent): InterruptedStreamError {
  const { code, message, text, targetId, tokens } = event;
  const advice = adviceFor(request, event);
  return new InterruptedStreamError(`the answer broke off here (${advice}): ${message}`, {
    details: { causeCode: code, text },
    targetId,
    outputTokens: tokens,
  });
}
