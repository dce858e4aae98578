import { defineProvider, type ModelCapability, type ProviderDescriptor } from 'wooster';
import type { ClientCall } from '../../client/chat-request.ts';
import type { Dialect, ListedModel } from '../../client/dialects/dialect.ts';
import type { LocalModelClient } from '../../client/local-model-client.ts';
import type { HubAccess, PresetLifecycle } from '../../lifecycle/lifecycle-context.ts';
import type { Quirk } from '../../client/quirks.ts';
import type { EngineId } from './fingerprints.ts';
import { ServerProvider } from './server-provider.ts';
import { serverSettingsSchema } from './server-settings.ts';

/** Where a server of this machine is to listen, and the model of its entry. */
export interface StartAddress {
  readonly host: string;
  readonly port: number;
  readonly model?: string;
}

/** What is known of one kind of server. A provider of the OpenAI family differs from the others by this value alone. */
export interface Preset {
  /** Kebab-case id of the provider kind. */
  readonly id: string;
  readonly title: string;
  /** The engine its fingerprint must show; undefined takes any that speaks the dialect. */
  readonly engine?: EngineId;
  readonly locality: 'local' | 'undeclared';
  readonly defaultBaseUrl?: string;
  readonly knownEnv: readonly string[];
  readonly dialect: Dialect;
  readonly quirks: readonly Quirk[];
  /** How a person starts this engine, as the end of a sentence: `start it with "ollama serve"`. */
  readonly startHint: string;
  /** Program and arguments that start this engine there; undefined where the entry does not tell enough. */
  readonly startCommand?: (entry: StartAddress) => readonly string[] | undefined;
  /** Environment names that tell the engine where to listen, where its arguments do not. */
  readonly startEnvironment?: (entry: StartAddress) => Readonly<Record<string, string>>;
  /** What an entry must have for `startCommand`, as the object of "it needs". */
  readonly startNeeds?: string;
  /** What makes a missing model available, as the end of a sentence. */
  readonly pullHint: (model: string) => string;
  /** What every model of this engine can or cannot do, whatever it is. */
  readonly engineCapabilities?: Readonly<Partial<Record<ModelCapability, boolean>>>;
  /** A name that is not in its list is refused by the server; false where it answers to any name. */
  readonly hasStrictModelNames: boolean;
  /** Whether a listed model is the wanted one, where the server knows a model by several names. */
  readonly isSameModel?: (listed: string, wanted: string) => boolean;
  /** The engine may hand a model on to a cloud of its maker; then each model's mark is read before it is used. */
  readonly canRunElsewhere?: boolean;
  /** Adds what further routes of the engine tell of the listed models. */
  readonly describeModels?: (
    client: LocalModelClient,
    listed: readonly ListedModel[],
    call: ClientCall,
  ) => Promise<readonly ListedModel[]>;
  /** Whether a model is in memory, where the engine tells; undefined is unknown. */
  readonly isLoaded?: (client: LocalModelClient, model: string, call: ClientCall) => Promise<boolean | undefined>;
  readonly lifecycle?: PresetLifecycle;
  /** The hub that models for it may be fetched from; given when the providers are made. */
  readonly hub?: HubAccess;
}

/** The descriptor of a preset. */
export interface PresetDescriptor extends ProviderDescriptor {
  readonly preset: Preset;
  /** The same, with the hub that it may fetch weights from. */
  withHub(hub: HubAccess): PresetDescriptor;
}

/** Makes the provider descriptor of a preset. */
export function definePreset(preset: Preset): PresetDescriptor {
  const descriptor = defineProvider({
    id: preset.id,
    title: preset.title,
    locality: preset.locality,
    settings: serverSettingsSchema,
    knownEnv: preset.knownEnv,
    defaultBaseUrl: preset.defaultBaseUrl,
    mayServeRemoteModels: preset.canRunElsewhere,
    create: (settings, dependencies) => new ServerProvider(preset, settings, dependencies),
  });
  return {
    ...descriptor,
    preset,
    withHub: (hub) => definePreset({ ...preset, hub }),
  };
}
