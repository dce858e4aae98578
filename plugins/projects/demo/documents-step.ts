import { basename, join } from 'node:path';
import {
  hostPackage,
  printTurn,
  runInteractiveChat,
  type Action,
  type ActionContext,
  type Agent,
  type DemoStep,
  type Extensions,
  type Workspace,
} from 'wooster';
import type { ingestResultSchema } from '../actions/ingest.ts';
import type { z } from 'zod';
import { prepareSample } from './sample-folder.ts';

/** What the step is made of; each is read when it runs. */
interface DocumentsStepPorts {
  readonly agent: () => Agent;
  readonly ingest: Action;
  readonly extensions: Extensions;
  readonly workspace: Workspace;
  readonly newId: () => string;
}

const SAMPLE = 'lantern-rock';

/** Two that the sample answers, one of them from a PDF, and one about what was written a moment ago. */
const QUESTIONS = [
  'For how many nights does the battery last without sun?',
  'How many joints of the tower are hollow?',
  'What is the new code of the door of the engine room?',
];

/** Keeps an answer of a small model to a length a person reads. */
const ANSWER_TOKENS = 120;

async function ingest(ports: DocumentsStepPorts, folder: string, context: ActionContext): Promise<string> {
  const { ingest: action } = ports;
  const args = folder.endsWith(SAMPLE) ? { folder, project: SAMPLE } : { folder };
  // The action's own schema made the result.
  const result = (await action.run(action.args.parse(args), context)) as z.output<typeof ingestResultSchema>;
  const { width, hasColor } = context.terminal;
  context.terminal.write(`${(await action.render?.(result, { width, hasColor })) ?? ''}\n`);
  return result.project;
}

async function askAboutSample(ports: DocumentsStepPorts, project: string, context: ActionContext): Promise<void> {
  const { HumanMessage } = await import('@langchain/core/messages');
  const { terminal, principal, signal } = context;
  for (const question of QUESTIONS) {
    terminal.write(`\nyou> ${question}\n`);
    const request = {
      messages: [new HumanMessage(question)],
      project,
      tools: 'none' as const,
      parameters: { temperature: 0, maxTokens: ANSWER_TOKENS },
      principal,
      approvals: async () => false,
      signal,
    };
    await printTurn(ports.agent(), request, terminal);
  }
}

async function talkAbout(ports: DocumentsStepPorts, project: string, context: ActionContext): Promise<void> {
  const { terminal, principal, signal } = context;
  if (!terminal.isInteractive) return;
  await runInteractiveChat({
    agent: ports.agent(),
    extensions: ports.extensions,
    terminal,
    principal,
    signal,
    conversationId: ports.newId(),
    newConversationId: ports.newId,
    project,
    turn: () => ({}),
  });
}

/** Takes a folder in and answers from it with sources: the sample that ships, or the person's own, which then stays open. */
export function documentsStep(ports: DocumentsStepPorts): DemoStep {
  return {
    id: 'documents',
    title: 'Questions to a folder of documents',
    order: 40,
    isForFolders: true,
    run: async (context, { folder }) => {
      if (folder !== undefined) {
        await talkAbout(ports, await ingest(ports, folder, context), context);
        return;
      }
      const source = join(hostPackage().directory, 'config', 'sample-project');
      const sample = await prepareSample(source, join(ports.workspace.stateDirectory, 'demo', SAMPLE));
      context.terminal.note(`A copy of the sample project, with the code ${sample.code} written into it just now:`);
      await askAboutSample(ports, await ingest(ports, sample.folder, context), context);
      context.terminal.note(
        `\nYour own folder: wooster demo <folder>, or wooster ingest <folder> (${basename(sample.folder)} can go with wooster projects remove ${SAMPLE})`,
      );
    },
  };
}
