import { defineTool, type RouterStatus, type TargetStatus, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import { requireModelRef, type ToolPorts } from './model-call.ts';

/** Older than this, the list of models is read again before it is told. */
const LIST_AGE_MS = 5000;

async function freshStatus(ports: ToolPorts, signal: AbortSignal): Promise<RouterStatus> {
  await ports.router().refresh(signal, LIST_AGE_MS);
  return ports.router().status();
}

function describeTarget({ ref, model, health }: TargetStatus): string {
  const context = model.contextTokens === undefined ? '' : `, context ${model.contextTokens.value} tokens`;
  const loaded = model.isLoaded?.value === true ? ', loaded' : '';
  return `${ref} (${health.state}${context}${loaded})`;
}

/** `list_local_models`: the models on this machine, one a line. */
export function listLocalModels(ports: ToolPorts): ToolDescriptor {
  return defineTool({
    id: 'list_local_models',
    description: 'List the language models that are available on this machine.',
    risk: 'read',
    offer: 'on-request',
    schema: z.object({}),
    run: async (_args, context) => {
      const { targets } = await freshStatus(ports, context.signal);
      const local = targets.filter(
        ({ model, unavailable }) => model.locality.value === 'local' && unavailable === undefined,
      );
      const lines = local.map(describeTarget);
      return { text: lines.length === 0 ? 'there are no local models' : lines.join('\n'), data: local };
    },
  });
}

/** `switch_model`: prefers one model from now on. */
export function switchModel(ports: ToolPorts): ToolDescriptor {
  return defineTool({
    id: 'switch_model',
    description: 'Make one model the preferred one from now on. Only when the user asks for it.',
    risk: 'write',
    offer: 'on-request',
    schema: z.object({ model: z.string().min(3).describe('provider:model, as list_local_models names it') }),
    run: async (args) => {
      const ref = requireModelRef(args.model);
      await ports.router().switchModel(ref, { kind: 'workspace' });
      return { text: `from now on ${ref} is preferred`, data: { ref } };
    },
  });
}

/** `model_status`: strategy, preferred model, and the state of each model or of one. */
export function modelStatus(ports: ToolPorts): ToolDescriptor {
  return defineTool({
    id: 'model_status',
    description: 'Tell which models answer at this moment, which are down and why.',
    risk: 'read',
    offer: 'on-request',
    schema: z.object({ model: z.string().optional().describe('only this one, as provider:model') }),
    run: async (args, context) => {
      const status = await freshStatus(ports, context.signal);
      const targets = status.targets.filter(({ ref }) => args.model === undefined || ref === args.model);
      const lines = targets.map((target) => {
        const report = target.health.report;
        const remedy = [target.unavailable, report?.remedy]
          .filter(Boolean)
          .map((text) => `: ${text}`)
          .join('');
        return `${describeTarget(target)}${target.health.state === 'ready' && target.unavailable === undefined ? '' : remedy}`;
      });
      const none = args.model === undefined ? 'no model is configured' : `no model is called ${args.model}`;
      const text = [`strategy ${status.strategy}`, ...(lines.length === 0 ? [none] : lines)].join('\n');
      return { text, data: { strategy: status.strategy, targets } };
    },
  });
}
