import { defineAction, table, UsageError, type Action, type ActionContext, type RenderContext } from 'wooster';
import { z } from 'zod';
import type { ActionPorts } from '../action-ports.ts';

const argsSchema = z.object({
  operation: z.enum(['list', 'show', 'export', 'delete']).default('list').describe('what to do'),
  id: z.string().optional().describe('id of the conversation, or `last`'),
  format: z
    .enum(['markdown', 'json'])
    .optional()
    .describe('form of the export; by the name of the file, else markdown'),
  out: z.string().optional().describe('file to export to, which must not be there yet; standard output without it'),
  yes: z.boolean().default(false).describe('delete without asking'),
});

const turnSchema = z.object({
  question: z.string(),
  project: z.string().optional(),
  calls: z.array(
    z.object({ tool: z.string(), args: z.unknown(), result: z.string().optional(), isError: z.boolean() }),
  ),
  answer: z.string(),
  model: z.string().optional(),
  citations: z.array(z.object({ number: z.number(), source: z.string(), title: z.string().optional() })),
  interruptions: z.array(z.string()),
});

const resultSchema = z.discriminatedUnion('operation', [
  z.object({
    operation: z.literal('list'),
    conversations: z.array(
      z.object({
        id: z.string(),
        lastAt: z.string().describe('when its last turn was kept'),
        turns: z.number(),
        question: z.string().describe('the first one'),
        project: z.string().optional(),
        fault: z.string().optional().describe('why it cannot be read'),
      }),
    ),
  }),
  z.object({
    operation: z.literal('show'),
    conversation: z.object({ id: z.string(), lastAt: z.string(), turns: z.array(turnSchema) }),
    /** The same as a page. */
    page: z.string(),
  }),
  z.object({
    operation: z.literal('export'),
    id: z.string(),
    format: z.enum(['markdown', 'json']),
    file: z.string().optional(),
    text: z.string().optional().describe('without a file'),
  }),
  z.object({ operation: z.literal('delete'), id: z.string(), isDeleted: z.boolean() }),
]);

type Arguments = z.output<typeof argsSchema>;
type Result = z.output<typeof resultSchema>;

async function run(ports: ActionPorts, args: Arguments, context: ActionContext): Promise<Result> {
  const { operation, id } = args;
  const conversations = await ports.conversations();
  if (operation === 'list') return { operation, conversations: [...(await conversations.list())] };
  if (id === undefined) throw new UsageError(`which one? wooster conversations ${operation} <id>, or last`);
  if (operation === 'show') {
    const { transcript, text } = await conversations.write(id, 'markdown');
    return resultSchema.parse({ operation, conversation: transcript, page: text });
  }
  if (operation === 'delete') {
    const known = await conversations.find(id);
    const isDeleted = args.yes || (await confirmDeletion(known, context));
    if (isDeleted) await conversations.remove(known);
    return { operation, id: known, isDeleted };
  }
  const { exportConversation } = await import('./export-conversation.ts');
  return { operation, ...(await exportConversation(conversations, id, args)) };
}

async function confirmDeletion(id: string, { terminal, signal }: ActionContext): Promise<boolean> {
  if (!terminal.isInteractive) {
    throw new UsageError(`deleting conversation ${id} needs a yes: wooster conversations delete ${id} --yes`);
  }
  const answer = await terminal.question(`delete conversation ${id} for good? [y/N] `, signal);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}

type Row = (Result & { operation: 'list' })['conversations'][number];

/** Conversations as a table. */
function renderList(rows: readonly Row[], context: RenderContext): string {
  if (rows.length === 0) return 'no conversation is kept here: wooster chat begins one';
  const hasProject = rows.some(({ project }) => project !== undefined);
  const columns = [
    { title: 'id', value: ({ id }: Row) => id, isWhole: true },
    { title: 'last', value: ({ lastAt }: Row) => new Date(lastAt).toLocaleString(), isWhole: true },
    { title: 'turns', value: ({ turns }: Row) => String(turns), align: 'right' as const },
    ...(hasProject ? [{ title: 'project', value: ({ project }: Row) => project ?? '' }] : []),
    { title: 'first question', value: ({ question, fault }: Row) => fault ?? question },
  ];
  return `${table(rows, columns, context)}\n\ngo on with one: wooster chat --conversation <id>, or --resume for the newest`;
}

function render(result: Result, context: RenderContext): string {
  if (result.operation === 'list') return renderList(result.conversations, context);
  if (result.operation === 'show') return result.page.trimEnd();
  if (result.operation === 'delete')
    return result.isDeleted ? `conversation ${result.id} is deleted` : 'nothing was deleted';
  return result.file === undefined
    ? (result.text ?? '').trimEnd()
    : `conversation ${result.id} is in ${result.file}, as ${result.format}`;
}

/** `conversations`: lists what was said in this workspace, shows it, writes it down, deletes it. */
export function conversationsAction(ports: ActionPorts): Action {
  return defineAction({
    id: 'conversations',
    summary: 'List the conversations; show, export or delete one',
    args: argsSchema,
    positionals: ['operation', 'id'],
    result: resultSchema,
    examples: [
      'conversations',
      'conversations show last',
      'conversations export a1b2c3d4 --out talk.md',
      'conversations export last --format json',
      'conversations delete a1b2c3d4',
    ],
    run: (args, context) => run(ports, args, context),
    render,
  });
}
