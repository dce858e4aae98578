import type { ToolApproval } from '../contracts/agent/agent.ts';
import type { Terminal } from '../contracts/commands/terminal.ts';
import type { AskConsent } from '../contracts/privacy/privacy-policy.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';
import type { approveByRisk as approveByRiskItself } from './approvals.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { generateReply as generateReplyItself, GeneratedReply } from './generate-reply.ts';
import type { ChatOutcome, runInteractiveChat as runInteractiveChatItself } from './interactive-chat.ts';
import type { printTurn as printTurnItself } from './print-turn.ts';

/** The conversations of a workspace. The parts behind this door are loaded with their first use, for most commands need none. */
export async function openConversations({ stateDirectory }: Workspace): Promise<Conversations> {
  const { ConversationStore } = await import('./conversation-store.ts');
  const { Conversations: Opened } = await import('./conversations/conversations.ts');
  return new Opened(ConversationStore.within(stateDirectory));
}

type Approve = typeof approveByRiskItself;

/** `approveByRisk` of `approvals.ts`. */
export function approveByRisk(...given: Parameters<Approve>): ToolApproval {
  let approval: Promise<ToolApproval> | undefined;
  const open = async (): Promise<ToolApproval> => (await import('./approvals.ts')).approveByRisk(...given);
  return async (...call) => {
    approval ??= open();
    return (await approval)(...call);
  };
}

/** `askConsentAt` of `ask-consent.ts`. */
export function askConsentAt(terminal: Terminal): AskConsent | undefined {
  if (!terminal.isInteractive) return undefined;
  return async (...call) => {
    const { askConsentAt: ask } = await import('./ask-consent.ts');
    return ask(terminal)?.(...call);
  };
}

type Print = typeof printTurnItself;
type Generate = typeof generateReplyItself;
type Chat = typeof runInteractiveChatItself;

/** `printTurn` of `print-turn.ts`. */
export async function printTurn(...given: Parameters<Print>): ReturnType<Print> {
  const { printTurn: print } = await import('./print-turn.ts');
  return print(...given);
}

/** `generateReply` of `generate-reply.ts`. */
export async function generateReply(...given: Parameters<Generate>): Promise<GeneratedReply> {
  const { generateReply: generate } = await import('./generate-reply.ts');
  return generate(...given);
}

/** `runInteractiveChat` of `interactive-chat.ts`. */
export async function runInteractiveChat(...given: Parameters<Chat>): Promise<ChatOutcome> {
  const { runInteractiveChat: chat } = await import('./interactive-chat.ts');
  return chat(...given);
}
