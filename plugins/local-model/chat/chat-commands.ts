import { describeTrace, LOCAL_PRINCIPAL, TOOLS, type ChatCommand } from 'wooster';
import type { ActionPorts } from '../actions/action-ports.ts';
import { requireModelRef } from '../tools/model-call.ts';

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

/** `/tools`: what a model that can call tools is offered. */
function toolsCommand(ports: ActionPorts): ChatCommand {
  return {
    id: 'tools',
    summary: 'lists the tools and what each may touch',
    run: async (_rest, { terminal }) => {
      for (const { id, risk, description, offer, isDelegation } of ports.extensions.list(TOOLS)) {
        const audience = `${offer === 'on-request' ? ', with --tools all' : ''}${isDelegation === true ? ', for cloud models' : ''}`;
        terminal.note(`  ${id.padEnd(20)} ${risk}${audience}: ${description}`);
      }
    },
  };
}

/** The chat commands of this plugin. */
export function chatCommands(ports: ActionPorts): readonly ChatCommand[] {
  return [modelCommand(ports), whyCommand(ports), toolsCommand(ports)];
}
