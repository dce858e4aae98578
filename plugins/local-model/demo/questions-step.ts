import { describeTrace, printTurn, type DemoStep } from 'wooster';
import type { ActionPorts } from '../actions/action-ports.ts';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';

const QUESTION = 'Write a JavaScript function that adds two numbers.';

/** Keeps an answer of a small model to a length a person reads. */
const ANSWER_TOKENS = 120;

/** Asks the embedded model a question that needs no document, and shows the decision behind the answer. */
export function questionsStep(ports: ActionPorts, runtime: EmbeddedRuntime): DemoStep {
  return {
    id: 'questions',
    title: 'A question to the embedded model',
    order: 30,
    run: async ({ signal, terminal, principal }) => {
      const { HumanMessage } = await import('@langchain/core/messages');
      terminal.write(`\nyou> ${QUESTION}\n`);
      const request = {
        messages: [new HumanMessage(QUESTION)],
        pinned: `embedded:${runtime.modelId}` as const,
        tools: 'none' as const,
        parameters: { temperature: 0, maxTokens: ANSWER_TOKENS },
        principal,
        approvals: async () => false,
        signal,
      };
      const reply = await printTurn(ports.agent(), request, terminal);
      const trace = ports.decisions().get(reply.decisionId);
      if (trace === undefined) return;
      for (const { title, lines } of describeTrace(trace).sections) {
        terminal.note(`  ${title}`);
        for (const line of lines) terminal.note(`    ${line}`);
      }
    },
  };
}
