import { z } from 'zod';

/** One question and the one call that is right for it; without a tool, the right thing is to make none. */
interface ToolTask {
  readonly question: string;
  readonly tool?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Tools of the tasks; none of them is ever run. */
export const TASK_TOOLS = [
  {
    name: 'get_weather',
    description: 'Current weather of a city.',
    schema: z.object({ city: z.string().describe('name of the city only') }),
  },
  {
    name: 'convert_currency',
    description: 'Converts an amount of money.',
    schema: z.object({
      amount: z.number(),
      from: z.string().describe('three-letter code'),
      to: z.string().describe('three-letter code'),
    }),
  },
  {
    name: 'set_timer',
    description: 'Sets a timer.',
    schema: z.object({ minutes: z.number().int() }),
  },
];

/** The tasks: each has one right tool and arguments that cannot be read two ways, or needs none. */
export const TOOL_TASKS: readonly ToolTask[] = [
  { question: 'What is the weather in Oslo right now?', tool: 'get_weather', args: { city: 'Oslo' } },
  { question: 'Is it raining in Lisbon?', tool: 'get_weather', args: { city: 'Lisbon' } },
  { question: 'Set a timer for 12 minutes.', tool: 'set_timer', args: { minutes: 12 } },
  { question: 'Wake me in a quarter of an hour: set a timer of 15 minutes.', tool: 'set_timer', args: { minutes: 15 } },
  {
    question: 'Convert 250 USD to EUR.',
    tool: 'convert_currency',
    args: { amount: 250, from: 'USD', to: 'EUR' },
  },
  {
    question: 'How much is 40 GBP in JPY? Use the converter.',
    tool: 'convert_currency',
    args: { amount: 40, from: 'GBP', to: 'JPY' },
  },
  { question: 'Hello! How are you today?' },
  { question: 'Write one sentence about the sea.' },
  { question: 'What is the capital of France?' },
];

function isSameValue(given: unknown, wanted: unknown): boolean {
  if (typeof wanted === 'string' && typeof given === 'string')
    return given.trim().toLowerCase() === wanted.toLowerCase();
  return given === wanted;
}

/** Whether a call keeps to the schema of its tool, and whether it is the right one. */
export function judgeCall(
  task: ToolTask,
  call: { readonly name: string; readonly args: Readonly<Record<string, unknown>> } | undefined,
): { readonly isValid: boolean; readonly isRight: boolean } {
  if (call === undefined) return { isValid: task.tool === undefined, isRight: task.tool === undefined };
  const tool = TASK_TOOLS.find(({ name }) => name === call.name);
  const isValid = tool?.schema.safeParse(call.args).success === true;
  const hasArguments = Object.entries(task.args ?? {}).every(([name, value]) => isSameValue(call.args[name], value));
  return { isValid, isRight: isValid && call.name === task.tool && hasArguments };
}
