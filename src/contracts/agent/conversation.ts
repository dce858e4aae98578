import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { Terminal } from '../commands/terminal.ts';
import type { AgentRequest } from './agent.ts';

/** Text that a context source adds to a turn, with where it comes from. */
export interface ContextPassage {
  readonly text: string;
  readonly source: string;
}

/** Adds passages to a turn: of a project, of the user's profile. */
export interface ContextSource {
  readonly id: string;
  /** Option of `ask` and `chat` that feeds it: `project`. */
  readonly option?: string;
  collect(turn: AgentRequest, signal: AbortSignal): Promise<readonly ContextPassage[]>;
}

/** Sources of context for a turn. */
export const CONTEXT_SOURCES: ExtensionPoint<ContextSource> = defineExtensionPoint<ContextSource>({
  id: 'context-sources',
  summary: 'passages added to a turn',
  idOf: (source) => source.id,
});

/** What a chat command may do to the running chat. */
export interface ChatCommandContext {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly conversationId: string;
  /** Starts a new conversation. */
  startNew(): string;
  /** Ends the chat after this command. */
  leave(): void;
}

/** A word after a slash in the chat. */
export interface ChatCommand {
  /** Without the slash: `model`. */
  readonly id: string;
  readonly summary: string;
  readonly usage?: string;
  run(rest: string, context: ChatCommandContext): Promise<void>;
}

/** Commands of the chat. */
export const CHAT_COMMANDS: ExtensionPoint<ChatCommand> = defineExtensionPoint<ChatCommand>({
  id: 'chat-commands',
  summary: 'words after a slash in the chat',
  idOf: (command) => command.id,
});
