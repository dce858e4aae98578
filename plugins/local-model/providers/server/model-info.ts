import { toModelRef, type Fact, type Locality, type ModelCapability, type ModelInfo, type ToolWay } from 'wooster';
import type { ListedModel } from '../../client/dialects/dialect.ts';

/** What holds for all models of one configured server. */
interface ServerFacts {
  readonly providerId: string;
  readonly locality: Locality;
  readonly engineCapabilities: Readonly<Partial<Record<ModelCapability, boolean>>>;
  /** Window the user configured. */
  readonly contextTokens?: number;
  readonly toolWays: Fact<readonly ToolWay[]>;
}

/** Words of servers for what a model can do. */
const WORDS: Readonly<Record<string, ModelCapability>> = {
  completion: 'chat',
  chat: 'chat',
  tools: 'tools',
  tool_use: 'tools',
  vision: 'vision',
  embedding: 'embed',
  thinking: 'reasoning',
  audio: 'audio',
};

const MIB = 1024 * 1024;

type Capabilities = Partial<Record<ModelCapability, Fact<boolean>>>;

function fact<T>(value: T | undefined, origin: Fact<T>['origin']): Fact<T> | undefined {
  return value === undefined ? undefined : { value, origin };
}

/** A list of words names all that a model can: what is missing in it, it cannot. */
function toCapabilities(words: readonly string[] | undefined, engine: ServerFacts['engineCapabilities']): Capabilities {
  const known: Capabilities = {};
  for (const [capability, value] of Object.entries(engine)) known[capability] = { value: value!, origin: 'catalogue' };
  if (words === undefined) return known;
  const named = new Set(words.map((word) => WORDS[word] ?? word));
  for (const capability of ['chat', 'embed', 'tools', 'vision', 'reasoning'] as const) {
    if (known[capability]?.value === false) continue;
    known[capability] = { value: named.has(capability), origin: 'server' };
  }
  if (named.has('image')) known.image = { value: true, origin: 'server' };
  if (!named.has('chat')) known.json = { value: false, origin: 'server' };
  return known;
}

/** Facts of a listed model with their origins; what the server did not tell stays absent. */
export function toModelInfo(model: ListedModel, facts: ServerFacts): ModelInfo {
  const locality: Fact<Locality> =
    model.remoteHost === undefined ? { value: facts.locality, origin: 'config' } : { value: 'cloud', origin: 'server' };
  return {
    ref: toModelRef(facts.providerId, model.id),
    providerId: facts.providerId,
    modelId: model.id,
    capabilities: toCapabilities(model.capabilities, facts.engineCapabilities),
    locality,
    toolWays: facts.toolWays,
    contextTokens: fact(facts.contextTokens, 'config') ?? fact(model.contextTokens, 'server'),
    sizeBytes: fact(model.sizeBytes, 'server'),
    parameterCount: fact(model.parameterCount, 'server'),
    quantization: fact(model.quantization, 'server'),
    digest: fact(model.weightsDigest ?? model.digest, 'server'),
    isLoaded: fact(model.isLoaded, 'server'),
    embedder: fact(model.embedder, 'server'),
    licence: fact(model.licence, 'server'),
    shape: fact(model.shape, 'server'),
    file: fact(model.file, 'server'),
    memoryMiB: fact(model.memoryBytes === undefined ? undefined : Math.ceil(model.memoryBytes / MIB), 'server'),
  };
}
