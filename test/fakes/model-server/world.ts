import { createHash } from 'node:crypto';
import type { Call } from './http/call.ts';
import type { Fault } from './faults/fault-kinds.ts';
import type { FakeModel, FakeServerOptions, ModelCapability, ReplyScript } from './protocol.ts';

/** The general reply script with a rule's over it; a rule that says something does not also say the general text or make the general calls. */
export function mergedScript(general: ReplyScript = {}, special: ReplyScript = {}): ReplyScript {
  const { text, tokens, toolCalls, ...manner } = general;
  const isSaid = special.text !== undefined || special.tokens !== undefined || special.toolCalls !== undefined;
  return isSaid ? { ...manner, ...special } : { text, tokens, toolCalls, ...manner, ...special };
}

/** A model with every default filled in. */
export type ServedModel = Required<Omit<FakeModel, 'remoteHost'>> & { remoteHost?: string; expiresAt: Date };

/** What a dialect knows while it answers one request. */
export interface World {
  options: FakeServerOptions;
  models: ServedModel[];
  script: ReplyScript;
  faults: Fault[];
  /** A new number at every use, for ids. */
  nextNumber(): number;
}

const defaultModels: FakeModel[] = [
  { id: 'fake-chat', capabilities: ['completion', 'tools'] },
  { id: 'fake-embed', capabilities: ['embedding'], isLoaded: false },
];

/** The models of the options with defaults: 4096 tokens of context, 32 dimensions, chat with tools. */
export function servedModels(options: FakeServerOptions): ServedModel[] {
  return (options.models ?? defaultModels).map((model) => served(typeof model === 'string' ? { id: model } : model));
}

function served(model: FakeModel): ServedModel {
  return {
    capabilities: ['completion', 'tools'],
    contextLength: 4096,
    dimensions: 32,
    isLoaded: true,
    digest: createHash('sha256').update(model.id).digest('hex'),
    sizeBytes: 98_362_724,
    expiresAt: new Date(Date.now() + 300_000),
    ...model,
  };
}

/** The model of that name; Ollama's implied `:latest` is understood on both sides. */
export function findModel(world: World, name: unknown): ServedModel | undefined {
  if (typeof name !== 'string') return undefined;
  return world.models.find((model) => withTag(model.id) === withTag(name));
}

/** An Ollama name with its tag. */
export function withTag(name: string): string {
  return name.includes(':') ? name : `${name}:latest`;
}

/** Whether a model can do something. */
export function can(model: ServedModel, capability: ModelCapability): boolean {
  return model.capabilities.includes(capability);
}

/** The `model` field (or Ollama's older `name`, or Gemini's path) as a string, empty when it is none. */
export function askedModel(call: Call): string {
  const inPath = /^\/v1beta\/models\/([^:]+):/.exec(call.path)?.[1];
  if (inPath !== undefined) return decodeURIComponent(inPath);
  const name = call.body['model'] ?? call.body['name'];
  return typeof name === 'string' ? name : '';
}

/** The key a request carries as a bearer token or in a header of its own. */
export function carriedKey(call: Call): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(call.headers.authorization ?? '')?.[1];
  const plain = call.headers['x-api-key'] ?? call.headers['xi-api-key'] ?? call.headers['x-goog-api-key'];
  return bearer ?? (typeof plain === 'string' ? plain : undefined);
}
