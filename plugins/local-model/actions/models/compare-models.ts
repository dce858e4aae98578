import { HumanMessage } from '@langchain/core/messages';
import {
  describeDuration,
  describeUsd,
  isWoosterError,
  style,
  table,
  UsageError,
  type ActionContext,
  type ModelRef,
  type RenderContext,
} from 'wooster';
import { requireModelRef } from '../../tools/model-call.ts';
import { describeFacts } from './describe-facts.ts';
import { requireModel } from './find-model.ts';
import type { ModelsOperation, ModelsPorts } from './models-ports.ts';
import type { Compared } from './models-schema.ts';

/** Longest answer of a comparison. */
const ANSWER_TOKENS = 400;

/** Asks one model, whatever the other did: its failure is a finding. */
async function ask(
  ports: ModelsPorts,
  question: { readonly ref: ModelRef; readonly prompt: string },
  { signal, progress }: ActionContext,
): Promise<Pick<Compared, 'answer' | 'error'>> {
  progress.update({ label: `asking ${question.ref}` });
  const parameters = { temperature: 0, maxTokens: ANSWER_TOKENS };
  let decisionId = '';
  const onDecision = ({ id }: { readonly id: string }): void => {
    decisionId = id;
  };
  const start = ports.clock.monotonic();
  try {
    const model = await ports.router().model({ pinned: question.ref, parameters, cache: { mode: 'off' }, onDecision });
    const reply = await model.invoke([new HumanMessage(question.prompt)], { signal });
    const totalMs = ports.clock.monotonic() - start;
    const attempt = ports.decisions().get(decisionId)?.attempts.at(-1);
    const outputTokens = reply.usage_metadata?.output_tokens;
    return { answer: { text: reply.text, totalMs, outputTokens, costUsd: attempt?.costUsd } };
  } catch (error) {
    if (signal.aborted || !isWoosterError(error)) throw error;
    return { error: `${error.code}: ${error.message}` };
  }
}

const valueOf = (side: Compared, name: string): string => side.facts.find(({ fact }) => fact === name)?.value ?? '-';

function factTable(sides: readonly Compared[], context: RenderContext): string {
  const names = [...new Set(sides.flatMap(({ facts }) => facts.map(({ fact }) => fact)))];
  return table(
    names,
    [
      { title: '', value: (name) => name },
      ...sides.map((side) => ({ title: side.model, value: (name: string) => valueOf(side, name) })),
    ],
    context,
  );
}

function describeAnswer({ model, answer, error }: Compared, { hasColor }: RenderContext): string[] {
  if (answer === undefined) return error === undefined ? [] : ['', `${model}: ${error}`];
  const { totalMs, outputTokens, costUsd, text } = answer;
  const tokens = outputTokens === undefined ? '' : `, ${outputTokens} tokens`;
  const cost = costUsd === undefined ? '' : `, ${describeUsd(costUsd)}`;
  return ['', style(`${model} (${describeDuration(totalMs)}${tokens}${cost})`, 'dim', hasColor), text.trim()];
}

/** `models compare`: two models side by side; with a prompt both are asked, where privacy and budget let them be. */
export const compareModels: ModelsOperation<{ operation: 'compare'; sides: Compared[] }> = {
  run: async (ports, args, context) => {
    if (args.names.length !== 2)
      throw new UsageError('which two? wooster models compare <provider:model> <provider:model>');
    const { models } = await ports.advisor().getAllAvailableModels(context.signal);
    const sides: Compared[] = [];
    for (const ref of args.names.map(requireModelRef)) {
      const { model } = requireModel(models, ref);
      const told = args.prompt === undefined ? {} : await ask(ports, { ref, prompt: args.prompt }, context);
      sides.push({ model: ref, facts: [...describeFacts(model)], ...told });
    }
    context.progress.finish();
    return { operation: 'compare', sides };
  },
  render: ({ sides }, context) =>
    [factTable(sides, context), ...sides.flatMap((side) => describeAnswer(side, context))].join('\n'),
};
