import { defineAction, UsageError, type Action } from 'wooster';
import { modelsArguments, modelsResult, type ModelsArguments, type ModelsResult } from './models-schema.ts';
import type { ModelsOperation, ModelsPorts } from './models-ports.ts';

/** Each is imported when it is asked for: most commands need none of them. */
const OPERATIONS: Readonly<Record<ModelsResult['operation'], () => Promise<object>>> = {
  list: async () => {
    const { listModels } = await import('./list-models.ts');
    return listModels;
  },
  show: async () => {
    const { showModel } = await import('./show-model.ts');
    return showModel;
  },
  recommend: async () => {
    const { recommendModels } = await import('./recommend-models.ts');
    return recommendModels;
  },
  bench: async () => {
    const { benchModels } = await import('./bench/bench-model.ts');
    return benchModels;
  },
  compare: async () => {
    const { compareModels } = await import('./compare-models.ts');
    return compareModels;
  },
  discover: async () => {
    const { discoverModels } = await import('./discover-models.ts');
    return discoverModels;
  },
  pull: async () => {
    const { pullOperation } = await import('./manage-models.ts');
    return pullOperation;
  },
  load: async () => {
    const { loadOperation } = await import('./manage-models.ts');
    return loadOperation;
  },
  unload: async () => {
    const { unloadOperation } = await import('./manage-models.ts');
    return unloadOperation;
  },
};

function operationOf({ operation, discover, save }: ModelsArguments): ModelsResult['operation'] {
  if (discover && operation === 'list') return 'discover';
  if (save || discover) throw new UsageError('--discover goes with the list of models, and --save with --discover');
  return operation;
}

/** `models`: what models there are, what is known of each, which is best for a task; measures, fetches and unloads them. */
export function modelsAction(ports: ModelsPorts): Action {
  const loaded = new Map<string, ModelsOperation>();
  return defineAction({
    id: 'models',
    summary: 'List the models; show, recommend, measure, compare, fetch, load or unload them',
    args: modelsArguments,
    positionals: ['operation', 'names'],
    result: modelsResult,
    examples: [
      'models',
      'models --local --json',
      'models --discover --save',
      'models show ollama:llama3.2:3b',
      'models recommend --task code --context 16000',
      'models bench ollama:llama3.2:3b',
      'models compare ollama:llama3.2:3b openai:gpt-4o-mini --prompt "Why is the sky blue?"',
      'models pull ollama:qwen2.5:3b',
      'models unload ollama:llama3.2:3b',
    ],
    run: async (args, context) => {
      const name = operationOf(args);
      const operation = (await OPERATIONS[name]()) as ModelsOperation;
      loaded.set(name, operation);
      try {
        return await operation.run(ports, args, context);
      } finally {
        context.progress.finish();
      }
    },
    render: (result, context) => loaded.get(result.operation)?.render(result, context) ?? '',
  });
}
