import { PrivacyError, type LoadedModel, type Progress, type ProviderInstance } from 'wooster';
import { resolveModel, type Ability, type ManagePorts, type ResolvedModel } from './resolve-model.ts';

/** How an operation is run. */
interface OperationContext {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Wanted form of the weights; that of the settings without it. */
  readonly quantization?: string;
}

/** What was done on one endpoint. */
export interface ManagedEndpoint {
  /** `host:port`; absent for models inside Wooster. */
  readonly address?: string;
  readonly seconds: number;
  /** Bytes that were fetched or were there, or memory that the model takes or took, where the server tells it. */
  readonly sizeBytes?: number;
  /** Of the memory, what is on a graphics card. */
  readonly vramBytes?: number;
  readonly contextTokens?: number;
  /** It was in memory before; told of load and unload. */
  readonly wasLoaded?: boolean;
}

/** What was done to a model. */
export interface ManagedModel {
  /** `provider:model`, also where only the name was given. */
  readonly ref: string;
  readonly endpoints: readonly ManagedEndpoint[];
}

type Run = (instance: ProviderInstance, model: ResolvedModel) => Promise<Omit<ManagedEndpoint, 'address' | 'seconds'>>;

/** One operation on a model. */
interface Operation {
  readonly name: string;
  readonly ability: Ability;
  readonly run: Run;
}

async function manage(ports: ManagePorts, operation: Operation, context: OperationContext): Promise<ManagedModel> {
  const { name, ability, run } = operation;
  const { signal, progress } = context;
  const model = await resolveModel(ports, name, { ability, signal });
  const endpoints: ManagedEndpoint[] = [];
  try {
    for (const instance of model.instances) {
      const startedAt = ports.clock.monotonic();
      const done = await run(instance, model);
      const seconds = (ports.clock.monotonic() - startedAt) / 1000;
      const { address } = instance.provider;
      endpoints.push({ ...(address !== undefined && { address }), seconds, ...done });
    }
  } finally {
    progress.finish();
  }
  // The list that other commands see holds what has changed.
  await ports.router().refresh(signal, 0);
  return { ref: model.ref, endpoints };
}

/**
 * Fetches a model by its server, or into Wooster, with progress in bytes. What was fetched before is not fetched again.
 * Refused under local-only, since a server fetches from outside.
 */
export async function pullModel(ports: ManagePorts, name: string, context: OperationContext): Promise<ManagedModel> {
  const { downloadRefusal } = ports.settings.embedded;
  if (downloadRefusal !== undefined) {
    const text = `${name} was not fetched: ${downloadRefusal} forbids downloads, also by a server of this machine; nothing was sent`;
    throw new PrivacyError(text, { details: { setting: downloadRefusal } });
  }
  const { signal, progress, quantization = ports.settings.lifecycle.quantization } = context;
  const run: Run = async ({ provider }, { modelId }) => {
    let sizeBytes: number | undefined;
    const onProgress = ({ label, done, total }: { label: string; done: number; total?: number }): void => {
      sizeBytes = total ?? sizeBytes;
      progress.update(done === 0 && total === undefined ? { label } : { label, done, total, unit: 'bytes' });
    };
    await provider.lifecycle!.pull!(modelId, { signal, onProgress, quantization });
    return sizeBytes === undefined ? {} : { sizeBytes };
  };
  return manage(ports, { name, ability: 'pull', run }, context);
}

/** Brings a model into memory; done when it is there. */
export async function loadModel(ports: ManagePorts, name: string, context: OperationContext): Promise<ManagedModel> {
  const { signal, progress } = context;
  const run: Run = async (instance, { ref, modelId }) => {
    const before = await inMemory(instance, modelId, signal);
    progress.update({ label: `loading ${ref}` });
    await instance.provider.lifecycle!.load!(modelId, signal);
    const after = await inMemory(instance, modelId, signal);
    return { ...factsOf(after), ...wasLoaded(instance, before) };
  };
  return manage(ports, { name, ability: 'load', run }, context);
}

/** Takes a model out of memory; one that is not there is no error. */
export async function unloadModel(ports: ManagePorts, name: string, context: OperationContext): Promise<ManagedModel> {
  const { signal, progress } = context;
  const run: Run = async (instance, { ref, modelId }) => {
    const before = await inMemory(instance, modelId, signal);
    progress.update({ label: `unloading ${ref}` });
    await instance.provider.lifecycle!.unload!(modelId, signal);
    return { ...factsOf(before), ...wasLoaded(instance, before) };
  };
  return manage(ports, { name, ability: 'unload', run }, context);
}

async function inMemory(
  { provider }: ProviderInstance,
  modelId: string,
  signal: AbortSignal,
): Promise<LoadedModel | undefined> {
  const loaded = (await provider.lifecycle?.loaded?.(signal)) ?? [];
  return loaded.find((model) => model.modelId === modelId || model.modelId === `${modelId}:latest`);
}

function factsOf(model: LoadedModel | undefined): Pick<ManagedEndpoint, 'sizeBytes' | 'vramBytes' | 'contextTokens'> {
  const { sizeBytes, vramBytes, contextTokens } = model ?? {};
  return {
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(vramBytes !== undefined && { vramBytes }),
    ...(contextTokens !== undefined && { contextTokens }),
  };
}

function wasLoaded({ provider }: ProviderInstance, before: LoadedModel | undefined): { readonly wasLoaded?: boolean } {
  return provider.lifecycle?.loaded === undefined ? {} : { wasLoaded: before !== undefined };
}
