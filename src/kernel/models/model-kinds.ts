import { MODEL_KINDS, type ModelInfo, type ModelKind } from '../../contracts/models/model-info.ts';

/** Capabilities that make a model of a kind; `audio` that a model only hears makes no model of speech. */
const KIND_CAPABILITIES: Readonly<Record<ModelKind, readonly string[]>> = {
  text: ['chat', 'tools', 'reasoning'],
  vision: ['vision'],
  embedding: ['embed'],
  image: ['image'],
  video: ['video'],
  speech: ['speech', 'transcribe'],
};

/**
 * What a model is for, in the order of `MODEL_KINDS`; a chat model that sees is of two kinds. Empty where nothing tells
 * what it can do. A model that answers no chat is none of text, whatever else its server says of all its models.
 */
export function kindsOf({ capabilities }: Pick<ModelInfo, 'capabilities'>): readonly ModelKind[] {
  const can = (name: string): boolean => capabilities[name]?.value === true;
  return MODEL_KINDS.filter((kind) => {
    if ((kind === 'text' || kind === 'vision') && capabilities.chat?.value === false) return false;
    return KIND_CAPABILITIES[kind].some(can);
  });
}
