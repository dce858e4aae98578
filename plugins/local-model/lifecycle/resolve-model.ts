import {
  CapabilityError,
  PrivacyError,
  UsageError,
  type Clock,
  type Extensions,
  type HostSettings,
  type ModelLifecycle,
  type ModelRouterService,
  type ProviderInstance,
} from 'wooster';
import { EMBEDDED_WEIGHTS } from '../catalogue/weights-catalogue.ts';
import type { PresetDescriptor } from '../providers/server/preset.ts';

const EMBEDDED_KIND = 'embedded';

/** What the operations on models are made of. */
export interface ManagePorts {
  readonly router: () => ModelRouterService;
  readonly extensions: Extensions;
  readonly settings: HostSettings;
  readonly clock: Clock;
}

/** What can be done to a model, and how a sentence says it. */
export type Ability = 'pull' | 'load' | 'unload';

const DOES: Readonly<Record<Ability, string>> = { pull: 'fetch', load: 'load', unload: 'unload' };

/** A model and the endpoints that have it or shall have it; several when its provider has several. */
export interface ResolvedModel {
  readonly ref: `${string}:${string}`;
  readonly modelId: string;
  readonly instances: readonly ProviderInstance[];
}

type Find = (instances: readonly ProviderInstance[]) => ResolvedModel | undefined;

/**
 * The model that a person names, as `provider:model` or, where only one local provider comes into question, as its
 * name. UsageError with the choices where several do or none; CapabilityError where its provider cannot do it.
 */
export async function resolveModel(
  ports: ManagePorts,
  name: string,
  wish: { readonly ability: Ability; readonly signal: AbortSignal },
): Promise<ResolvedModel> {
  const { ability, signal } = wish;
  const router = ports.router();
  const find: Find = (instances) => byProvider(instances, name) ?? byName(ports, instances, { name, ability });
  const known = byProvider(router.providers(), name);
  // A name without its provider depends on what servers there are, and what they have.
  if (known === undefined) await router.refresh(signal);
  const found = known ?? find(router.providers());
  if (found === undefined) throw notResolved(router.providers(), name, ability);
  for (const instance of found.instances) requireAble(instance, ability);
  return found;
}

function byProvider(instances: readonly ProviderInstance[], name: string): ResolvedModel | undefined {
  const mark = name.indexOf(':');
  const [id, modelId] = [name.slice(0, mark), name.slice(mark + 1)];
  const own = mark > 0 && modelId !== '' ? instances.filter(({ entry }) => entry.id === id) : [];
  return own.length === 0 ? undefined : { ref: `${id}:${modelId}`, modelId, instances: own };
}

function can({ provider }: ProviderInstance, ability: keyof ModelLifecycle): boolean {
  return provider.lifecycle?.[ability] !== undefined;
}

/** Of what can be loaded or unloaded, those that list it; of what can be fetched, those that could know the name. */
function byName(
  ports: ManagePorts,
  instances: readonly ProviderInstance[],
  { name, ability }: { readonly name: string; readonly ability: Ability },
): ResolvedModel | undefined {
  const ids = idsOf(choices(instances, ability).filter((each) => couldHave(ports, each, { name, ability })));
  const [id] = ids;
  return id === undefined || ids.length > 1 ? undefined : byProvider(instances, `${id}:${name}`);
}

function couldHave(
  ports: ManagePorts,
  { entry, descriptor }: ProviderInstance,
  { name, ability }: { readonly name: string; readonly ability: Ability },
): boolean {
  if (ability !== 'pull') {
    const { targets } = ports.router().status();
    const names = [`${entry.id}:${name}`, `${entry.id}:${name}:latest`];
    return targets.some(({ ref }) => names.includes(ref));
  }
  // The models inside Wooster are those of its catalogue.
  if (entry.kind === EMBEDDED_KIND) return ports.extensions.find(EMBEDDED_WEIGHTS, name) !== undefined;
  return (descriptor as Partial<PresetDescriptor>).preset?.lifecycle?.couldPull?.(name) ?? true;
}

function choices(instances: readonly ProviderInstance[], ability: Ability): readonly ProviderInstance[] {
  return instances.filter((each) => each.locality === 'local' && each.mayContact && can(each, ability));
}

function idsOf(instances: readonly ProviderInstance[]): readonly string[] {
  return [...new Set(instances.map(({ entry }) => entry.id))];
}

function notResolved(instances: readonly ProviderInstance[], name: string, ability: Ability): UsageError {
  const ids = idsOf(choices(instances, ability));
  const does = DOES[ability];
  if (ids.length === 0) {
    return new UsageError(
      `no local provider can ${does} models; start a server, or see \`wooster health\` for those there are`,
    );
  }
  const forms = ids.map((id) => `${id}:${name}`).join(' or ');
  return new UsageError(`which provider shall ${does} ${name}? write ${forms}`);
}

function requireAble(instance: ProviderInstance, ability: Ability): void {
  const { entry, descriptor, provider } = instance;
  if (!can(instance, ability)) {
    const text = `${entry.id}: ${descriptor.title} cannot ${DOES[ability]} models over its routes; do it where it was started`;
    throw new CapabilityError(text, { capability: ability, provider: entry.id });
  }
  if (instance.mayContact) return;
  const text = `${entry.id} at ${provider.address ?? 'its address'} is not on your machines and no setting allows it, nothing was sent`;
  throw new PrivacyError(text, { details: { provider: entry.id } });
}
