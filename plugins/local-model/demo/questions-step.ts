import { describeTrace, printTurn, type DemoStep } from 'wooster';
import type { ActionPorts } from '../actions/action-ports.ts';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';

const QUESTIONS = [
  'What is the capital of France? Answer in one sentence.',
  'Write a JavaScript function that adds two numbers.',
  'Name the three primary colours of light.',
];

/** Keeps an answer of a small model to a length a person reads. */
const ANSWER_TOKENS = 120;

/** Asks the embedded model three questions and shows the decision behind each answer. */
export function questionsStep(ports: ActionPorts, runtime: EmbeddedRuntime): DemoStep {
  return {
    id: 'questions',
    title: 'Three questions to the embedded model',
    order: 30,
    run: async ({ signal, terminal, principal }) => {
      const { HumanMessage } = await import('@langchain/core/messages');
      for (const question of QUESTIONS) {
        terminal.write(`\nyou> ${question}\n`);
        const reply = await printTurn(
          ports.agent(),
          {
            messages: [new HumanMessage(question)],
            pinned: `embedded:${runtime.modelId}`,
            tools: 'none',
            parameters: { temperature: 0, maxTokens: ANSWER_TOKENS },
            principal,
            approvals: async () => false,
            signal,
          },
          terminal,
        );
        const trace = ports.decisions().get(reply.decisionId);
        if (trace === undefined) continue;
        for (const { title, lines } of describeTrace(trace).sections) {
          terminal.note(`  ${title}`);
          for (const line of lines) terminal.note(`    ${line}`);
        }
      }
    },
  };
}
