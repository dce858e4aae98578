import { defineAction, UsageError, type Action } from 'wooster';
import { modelsArguments, modelsResult, type ModelsArguments, type ModelsResult } from './models-schema.ts';
import type { ModelsOperation, ModelsPorts } from './models-ports.ts';

/** Each is imported when it is asked for: most commands need none of them. */
const OPERATIONS: Readonly<Record<ModelsResult['operation'], () => Promise<object>>> = {
  list: async () => (await import('./list-models.ts')).listModels,
  show: async () => (await import('./show-model.ts')).showModel,
  recommend: async () => (await import('./recommend-models.ts')).recommendModels,
  bench: async () => (await import('./bench/bench-model.ts')).benchModels,
  compare: async () => (await import('./compare-models.ts')).compareModels,
  discover: async () => (await import('./discover-models.ts')).discoverModels,
  pull: async () => (await import('./manage-models.ts')).pullOperation,
  load: async () => (await import('./manage-models.ts')).loadOperation,
  unload: async () => (await import('./manage-models.ts')).unloadOperation,
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
