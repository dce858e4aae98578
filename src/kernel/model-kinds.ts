import { MODEL_KINDS } from '../contracts/models/model-info.ts';
import type { ModelCapability, ModelInfo, ModelKind } from '../contracts/models/model-info.ts';

/** The ability that makes a model one of its kind. */
const ABILITIES: Readonly<Record<ModelKind, ModelCapability>> = {
  text: 'chat',
  vision: 'vision',
  embedding: 'embed',
  image: 'image',
  video: 'video',
  speech: 'speech',
};

/** What a model is known to be for; empty where nothing is known of it. */
export function kindsOf({ capabilities }: Pick<ModelInfo, 'capabilities'>): readonly ModelKind[] {
  return MODEL_KINDS.filter((kind) => capabilities[ABILITIES[kind]]?.value === true);
}
