import { HumanMessage, type AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { isWoosterError, type ModelRef, type ToolScore, type ToolWay } from 'wooster';
import type { TimingPorts } from './measure-speed.ts';
import { judgeCall, TASK_TOOLS, TOOL_TASKS } from './tool-tasks.ts';

/** Faults of the model's own making: an answer that is no call, rather than a server that is not there. */
const OF_THE_MODEL: ReadonlySet<string> = new Set(['E_MALFORMED', 'E_INTERRUPTED', 'E_PROVIDER_SERVER', 'E_TOOL']);

/** Puts each task to the model once, in one way, at temperature 0; no tool is run. Throws what the router throws for anything but a bad answer. */
export async function measureToolUse(
  ports: TimingPorts,
  options: {
    readonly ref: ModelRef;
    readonly way: ToolWay;
    readonly signal: AbortSignal;
    readonly onTask: (done: number, all: number) => void;
  },
): Promise<ToolScore> {
  const { ref, way, signal, onTask } = options;
  const parameters = { temperature: 0, maxTokens: 128 };
  const model = await ports.router().model({ pinned: ref, toolWay: way, parameters, cache: { mode: 'off' } });
  const tools = TASK_TOOLS.map(({ name, description, schema }) => tool(() => '', { name, description, schema }));
  const bound = model.bindTools!(tools);
  let valid = 0;
  let right = 0;
  for (const [index, task] of TOOL_TASKS.entries()) {
    onTask(index, TOOL_TASKS.length);
    const call = await firstCall(async () => bound.invoke([new HumanMessage(task.question)], { signal }));
    const { isValid, isRight } = judgeCall(task, call);
    valid += Number(isValid);
    right += Number(isRight);
  }
  return { tasks: TOOL_TASKS.length, valid, right };
}

async function firstCall(
  ask: () => Promise<unknown>,
): Promise<{ name: string; args: Record<string, unknown> } | undefined> {
  try {
    const reply = (await ask()) as AIMessage;
    return reply.tool_calls?.[0];
  } catch (error) {
    if (isWoosterError(error) && OF_THE_MODEL.has(error.code)) return undefined;
    throw error;
  }
}
