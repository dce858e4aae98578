import { UsageError, type ActionContext } from 'wooster';
import { loadModel, pullModel, unloadModel, type ManagedModel } from '../../lifecycle/operations.ts';
import { renderLoaded, renderPulled, renderUnloaded } from '../../lifecycle/render-managed.ts';
import type { ModelsOperation, ModelsPorts } from './models-ports.ts';
import type { Managed } from './models-schema.ts';

/** What is done to each named model, one after the other: two downloads at once only share the line. */
async function manageAll(
  names: readonly string[],
  operation: Managed['operation'],
  manage: (name: string) => Promise<ManagedModel>,
): Promise<Managed> {
  if (names.length === 0) throw new UsageError(`which model? wooster models ${operation} <provider:model>`);
  const models: ManagedModel[] = [];
  for (const name of names) models.push(await manage(name));
  return { operation, models: models.map(({ ref, endpoints }) => ({ ref, endpoints: [...endpoints] })) };
}

type Manage = (ports: ModelsPorts, name: string, context: ActionContext) => Promise<ManagedModel>;

function operationOf(
  operation: Managed['operation'],
  manage: Manage,
  render: (model: ManagedModel) => string,
): ModelsOperation<Managed> {
  return {
    run: (ports, args, context) => manageAll(args.names, operation, (name) => manage(ports, name, context)),
    render: ({ models }) => models.map(render).join('\n'),
  };
}

/** `models pull`: fetches models by the servers that keep them. */
export const pullOperation = operationOf('pull', pullModel, renderPulled);

/** `models load`: brings models into memory. */
export const loadOperation = operationOf('load', loadModel, renderLoaded);

/** `models unload`: takes models out of memory. */
export const unloadOperation = operationOf('unload', unloadModel, renderUnloaded);
