import type { Agent, AgentRequest, ToolApproval } from '../contracts/agent/agent.ts';
import { CHAT_COMMANDS, type ChatCommand } from '../contracts/agent/conversation.ts';
import type { Terminal } from '../contracts/commands/terminal.ts';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Principal } from '../contracts/plugins/principal.ts';
import type { ToolRules } from '../contracts/settings/tool-settings.ts';
import { approveByRisk } from './approvals.ts';
import { askConsentAt } from './ask-consent.ts';
import { printTurn } from './print-turn.ts';

/** What a chat is made of. */
export interface InteractiveChat {
  readonly agent: Agent;
  readonly extensions: Extensions;
  readonly terminal: Terminal;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  readonly conversationId: string;
  readonly newConversationId: () => string;
  /** Project that questions are about from the first on; a command may change it. */
  readonly project?: string;
  /** Which classes of tools run, are asked for, or never run. */
  readonly toolRules?: ToolRules;
  /** Settings of every turn, read anew each time. */
  readonly turn: () => Pick<AgentRequest, 'pinned' | 'privacy' | 'strategy' | 'parameters' | 'tools' | 'cache'>;
}

/** How a chat went. */
export interface ChatOutcome {
  /** The conversation that was open at the end. */
  readonly conversationId: string;
  readonly turns: number;
}

interface ChatState {
  conversationId: string;
  project: string | undefined;
  turns: number;
  isLeaving: boolean;
  running: AbortController | undefined;
  /** Keeps what was allowed for good until another conversation is opened. */
  approvals: ToolApproval;
}

/**
 * Talks until the input ends, `/exit`, or Ctrl-C while nothing runs; Ctrl-C during an answer aborts only the answer.
 * A failed turn is one line and the chat goes on.
 */
export async function runInteractiveChat(chat: InteractiveChat): Promise<ChatOutcome> {
  const state: ChatState = {
    conversationId: chat.conversationId,
    project: chat.project,
    turns: 0,
    isLeaving: false,
    running: undefined,
    approvals: newApprovals(chat),
  };
  const interrupts = chat.terminal.onInterrupt(() => {
    if (state.running === undefined) return false;
    state.running.abort();
    return true;
  });
  try {
    chat.terminal.note('Type a message, /help for commands, /exit to leave; Ctrl-C stops an answer.');
    while (!state.isLeaving && !chat.signal.aborted) {
      const line = await chat.terminal.question('you> ', chat.signal);
      if (line === undefined) break;
      if (line.trim() !== '') await take(line.trim(), chat, state);
    }
  } finally {
    await interrupts.dispose();
  }
  return { conversationId: state.conversationId, turns: state.turns };
}

async function take(line: string, chat: InteractiveChat, state: ChatState): Promise<void> {
  state.running = new AbortController();
  const signal = AbortSignal.any([chat.signal, state.running.signal]);
  try {
    if (line.startsWith('/')) await runCommand(line.slice(1), { chat, state, signal });
    else await runTurn(line, { chat, state, signal });
  } catch (error) {
    if (!isWoosterError(error)) throw error;
    if (chat.signal.aborted) throw error;
    chat.terminal.note(error.code === 'E_CANCELLED' ? '\n[stopped]' : `${error.code} ${error.message}`);
  } finally {
    state.running = undefined;
  }
}

function newApprovals({ terminal, toolRules }: InteractiveChat): ToolApproval {
  return approveByRisk(terminal, { rules: toolRules });
}

function openConversation(id: string, chat: InteractiveChat, state: ChatState): string {
  if (id !== state.conversationId) state.approvals = newApprovals(chat);
  state.conversationId = id;
  return id;
}

interface Step {
  readonly chat: InteractiveChat;
  readonly state: ChatState;
  readonly signal: AbortSignal;
}

async function runTurn(text: string, { chat, state, signal }: Step): Promise<void> {
  const { HumanMessage } = await import('@langchain/core/messages');
  await printTurn(
    chat.agent,
    {
      ...chat.turn(),
      project: state.project,
      conversationId: state.conversationId,
      messages: [new HumanMessage(text)],
      principal: chat.principal,
      approvals: state.approvals,
      askConsent: askConsentAt(chat.terminal),
      signal,
    },
    chat.terminal,
  );
  state.turns += 1;
}

async function runCommand(text: string, { chat, state, signal }: Step): Promise<void> {
  const [word = '', ...rest] = text.split(/\s+/);
  const known = commandsOf(chat);
  const command = known.find(({ id }) => id === word);
  if (command === undefined) {
    chat.terminal.note(`/${word} is not a command; there are ${known.map(({ id }) => `/${id}`).join(', ')}`);
    return;
  }
  await command.run(rest.join(' '), {
    terminal: chat.terminal,
    signal,
    conversationId: state.conversationId,
    project: state.project,
    setProject: (name) => (state.project = name),
    startNew: () => openConversation(chat.newConversationId(), chat, state),
    resume: (id) => void openConversation(id, chat, state),
    leave: () => {
      state.isLeaving = true;
    },
  });
}

function commandsOf(chat: InteractiveChat): readonly ChatCommand[] {
  const help: ChatCommand = {
    id: 'help',
    summary: 'lists these commands',
    run: async () => {
      for (const { id, usage, summary } of commandsOf(chat)) {
        chat.terminal.note(`  ${`/${id} ${usage ?? ''}`.padEnd(22)} ${summary}`);
      }
    },
  };
  return [help, NEW, EXIT, ...chat.extensions.list(CHAT_COMMANDS)];
}

const NEW: ChatCommand = {
  id: 'new',
  summary: 'starts a new conversation; the old one stays on disk',
  run: async (_rest, context) => context.terminal.note(`conversation ${context.startNew()}`),
};

const EXIT: ChatCommand = { id: 'exit', summary: 'leaves the chat', run: async (_rest, context) => context.leave() };
