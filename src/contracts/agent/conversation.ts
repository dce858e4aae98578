import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { Terminal } from '../commands/terminal.ts';

/** What a chat command may do to the running chat. */
export interface ChatCommandContext {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly conversationId: string;
  /** Name of the project that questions are about. */
  readonly project: string | undefined;
  /** From the next question on; `undefined` for none. */
  setProject(name: string | undefined): void;
  /** Starts a new conversation. */
  startNew(): string;
  /** Goes on with a conversation from the next question on. */
  resume(id: string): void;
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
