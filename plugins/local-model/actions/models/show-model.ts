import { table, UsageError } from 'wooster';
import { requireModelRef } from '../../tools/model-call.ts';
import { describeFacts } from './describe-facts.ts';
import { requireModel } from './find-model.ts';
import type { ModelsOperation } from './models-ports.ts';
import type { FactRow } from './models-schema.ts';

/** `models show`: every known fact of one model and how it became known. */
export const showModel: ModelsOperation<{ operation: 'show'; model: string; facts: FactRow[]; notes: string[] }> = {
  run: async (ports, args, { signal }) => {
    const [name] = args.names;
    if (name === undefined) throw new UsageError('which model? wooster models show <provider:model>');
    const { models } = await ports.advisor().getAllAvailableModels(signal);
    const { model, health, unavailable } = requireModel(models, requireModelRef(name));
    const state = `${health.state}${health.report === undefined ? '' : `: ${health.report.detail}`}`;
    const notes = [unavailable ?? state];
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
