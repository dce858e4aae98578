import { table, UsageError, type ModelInfo } from 'wooster';
import { memoryInputsOf } from '../../memory/memory-inputs.ts';
import { readMachine } from '../../memory/read-machine.ts';
import { verdictFor } from '../../memory/verdict.ts';
import { requireModelRef } from '../../tools/model-call.ts';
import { describeFacts } from './describe-facts.ts';
import { requireModel } from './find-model.ts';
import type { ModelsOperation } from './models-ports.ts';
import type { FactRow } from './models-schema.ts';

const PLACES = { ram: 'memory', unified: 'unified memory', graphics: 'the graphics card' } as const;

const VERDICTS = {
  fits: 'it has room',
  tight: 'it has room, but only just',
  'does-not-fit': 'it has no room',
} as const;

const tokens = (count: number): string => `${count.toLocaleString('en-US')} tokens`;

/** Whether a model of this machine has room in its memory, and with which window it would; nothing where it is not known how large it is. */
async function describeRoom(model: ModelInfo, signal: AbortSignal): Promise<string[]> {
  const { memoryMiB, locality, capabilities } = model;
  if (locality.value !== 'local' || capabilities.chat?.value !== true) return [];
  const machine = await readMachine(signal);
  const fit = verdictFor(memoryInputsOf(model), machine);
  if (fit === undefined) return [];
  const { estimate, verdict, place, availableMiB, fittingContextTokens } = fit;
  const measured =
    memoryMiB?.origin === 'measured' ? ` (measured: ${memoryMiB.value.toLocaleString('en-US')} MiB)` : '';
  const needs = `With a window of ${tokens(estimate.contextTokens)} it needs about ${Math.ceil(estimate.totalMiB).toLocaleString('en-US')} MiB${measured} of the ${availableMiB.toLocaleString('en-US')} MiB of ${PLACES[place]}: ${VERDICTS[verdict]}.`;
  const rough = estimate.isShapeKnown
    ? []
    : ['Its layers are not known, so that the part of the window is a rule of thumb.'];
  const window =
    verdict === 'fits'
      ? []
      : [
          fittingContextTokens === undefined
            ? 'No window would fit.'
            : `A window of ${tokens(fittingContextTokens)} would fit.`,
        ];
  return [needs, ...window, ...rough];
}

/** `models show`: every known fact of one model and how it became known. */
export const showModel: ModelsOperation<{ operation: 'show'; model: string; facts: FactRow[]; notes: string[] }> = {
  run: async (ports, args, { signal }) => {
    const [name] = args.names;
    if (name === undefined) throw new UsageError('which model? wooster models show <provider:model>');
    const { models } = await ports.advisor().getAllAvailableModels(signal);
    const { model, health, unavailable } = requireModel(models, requireModelRef(name));
    const state = `${health.state}${health.report === undefined ? '' : `: ${health.report.detail}`}`;
    const notes = [unavailable ?? state, ...(await describeRoom(model, signal))];
    return { operation: 'show', model: model.ref, facts: [...describeFacts(model)], notes };
  },
  render: ({ model, facts, notes }, context) =>
    [
      model,
      table(
        facts,
        [
          { title: 'fact', value: ({ fact }) => fact },
          { title: 'value', value: ({ value }) => value },
          { title: 'known from', value: ({ origin }) => origin },
        ],
        context,
      ),
      ...notes,
    ].join('\n'),
};
