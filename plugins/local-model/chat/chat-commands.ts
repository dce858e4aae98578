import { describeTrace, LOCAL_PRINCIPAL, TOOLS, UsageError, type ChatCommand } from 'wooster';
import type { ActionPorts } from '../actions/action-ports.ts';
import { requireModelRef } from '../tools/model-call.ts';

/** So many conversations are listed in a chat; `wooster conversations` lists all. */
const MOST_LISTED = 10;

/** `/model`: lists the models, or prefers one for this conversation. */
function modelCommand(ports: ActionPorts): ChatCommand {
  return {
    id: 'model',
    usage: '[provider:model | auto]',
    summary: 'lists the models, or keeps this conversation to one; auto lets the router choose',
    run: async (rest, { terminal, signal, conversationId }) => {
      const router = ports.router();
      const wanted = rest.trim();
      if (wanted !== '') {
        await router.refresh(signal, 5000);
        await router.switchModel(wanted === 'auto' ? undefined : requireModelRef(wanted), {
          kind: 'conversation',
          id: conversationId,
        });
        terminal.note(
          wanted === 'auto' ? 'the router chooses again' : `${wanted} answers in this conversation, when it can`,
        );
        return;
      }
      await router.refresh(signal, 5000);
      const request = {
        task: 'chat',
        needs: {},
        privacy: 'any',
        principal: LOCAL_PRINCIPAL,
        conversationId,
        isPreview: true,
      } as const;
      const chosen = (await router.decide(request, signal)).chain[0]?.targetId;
      for (const { ref, targetId, health } of router.status().targets) {
        terminal.note(`${targetId === chosen ? '>' : ' '} ${ref} (${health.state})`);
      }
    },
  };
}

/** `/why`: the last decision of this conversation. */
function whyCommand(ports: ActionPorts): ChatCommand {
  return {
    id: 'why',
    summary: 'shows why the last answer came from its model',
    run: async (_rest, { terminal, conversationId }) => {
      const [trace] = ports.decisions().list({ limit: 1, conversationId });
      if (trace === undefined) {
        terminal.note('nothing has been decided in this conversation yet');
        return;
      }
      const { outcome, sections } = describeTrace(trace);
      terminal.note(outcome);
      for (const { title, lines } of sections) {
        terminal.note(title);
        for (const line of lines) terminal.note(`  ${line}`);
      }
    },
  };
}

const RULES = { allow: 'runs', ask: 'asks', deny: 'denied' } as const;

/** `/tools`: what a model that can call tools is offered. */
function toolsCommand(ports: ActionPorts): ChatCommand {
  return {
    id: 'tools',
    summary: 'lists the tools and what each may touch',
    run: async (_rest, { terminal }) => {
      for (const { id, risk, description, offer, isDelegation } of ports.extensions.list(TOOLS)) {
        const audience = `${offer === 'on-request' ? ', with --tools all' : ''}${isDelegation === true ? ', for cloud models' : ''}`;
        const { [risk]: rule } = ports.settings.tools.approvals;
        terminal.note(`  ${id.padEnd(20)} ${risk} (${RULES[rule]})${audience}: ${description}`);
      }
    },
  };
}

/** `/conversations`: the newest ones. */
function conversationsCommand(ports: ActionPorts): ChatCommand {
  return {
    id: 'conversations',
    summary: 'lists the newest conversations',
    run: async (_rest, { terminal, conversationId }) => {
      const listed = await (await ports.conversations()).list(MOST_LISTED);
      if (listed.length === 0) terminal.note('no conversation is kept yet');
      for (const { id, turns, question, fault } of listed) {
        const count = turns === 1 ? '1 turn' : `${turns} turns`;
        terminal.note(
          `${id === conversationId ? '>' : ' '} ${id.padEnd(10)} ${count.padStart(9)}  ${fault ?? question}`,
        );
      }
    },
  };
}

/** `/resume`: goes on with another conversation. */
function resumeCommand(ports: ActionPorts): ChatCommand {
  return {
    id: 'resume',
    usage: '<id | last>',
    summary: 'goes on with another conversation',
    run: async (rest, context) => {
      const word = rest.trim();
      if (word === '') throw new UsageError('which one? /conversations lists them');
      const { id, turns } = await (await ports.conversations()).read(word);
      context.resume(id);
      context.terminal.note(`conversation ${id}; the last question was: ${turns.at(-1)?.question ?? ''}`);
    },
  };
}

/** `/export`: this conversation to a file, or onto the screen. */
function exportCommand(ports: ActionPorts): ChatCommand {
  return {
    id: 'export',
    usage: '[file.md | file.json]',
    summary: 'writes this conversation to a file, or shows it',
    run: async (rest, { terminal, conversationId }) => {
      const { exportConversation } = await import('../actions/conversations/export-conversation.ts');
      const conversations = await ports.conversations();
      const out = rest.trim() === '' ? undefined : rest.trim();
      if (!(await conversations.has(conversationId))) throw new UsageError('nothing has been said here yet');
      const { file, text = '' } = await exportConversation(conversations, conversationId, { out });
      if (file === undefined) terminal.write(text);
      else terminal.note(`this conversation is in ${file}`);
    },
  };
}

/** The chat commands of this plugin. */
export function chatCommands(ports: ActionPorts): readonly ChatCommand[] {
  return [
    modelCommand(ports),
    whyCommand(ports),
    toolsCommand(ports),
    conversationsCommand(ports),
    resumeCommand(ports),
    exportCommand(ports),
  ];
}
