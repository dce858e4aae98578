import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OnnxGraph } from './onnx-graph.ts';

const CONTROLS = ['<pad>', '</s>', '<unk>', '<|system|>', '<|user|>', '<|assistant|>'];
const WORDS = ['the', 'red', 'boat', 'sails', 'home', 'one', 'two', 'again', 'please', 'User:', 'Assistant:', 'hello'];
const VOCABULARY = [...CONTROLS, ...WORDS];

/** Who is asked with this word among the words counts for ever, instead of telling of the boat. */
export const LOOP_WORD = 'again';

/** What the tiny models answer, token by token, to everything else. */
export const ANSWER = ['the', 'red', 'boat', 'sails', 'home'];

const TEMPLATE =
  "{% for message in messages %}{{ '<|' + message['role'] + '|> ' + message['content'] + ' </s> ' }}{% endfor %}{{ '<|assistant|>' }}";

function idOf(word: string): number {
  return VOCABULARY.indexOf(word);
}

/** One row of logits for each last token: the token that follows it is by far the likeliest. */
function followers(pairs: readonly (readonly [string, string])[]): number[] {
  const table = VOCABULARY.flatMap(() => VOCABULARY.map(() => 0));
  for (const word of VOCABULARY) table[idOf(word) * VOCABULARY.length + idOf('</s>')] = 50;
  for (const [word, next] of pairs) {
    const row = idOf(word) * VOCABULARY.length;
    table[row + idOf('</s>')] = 0;
    table[row + idOf(next)] = 50;
  }
  return table;
}

const STARTS = ['<|assistant|>', 'Assistant:', '<pad>'];
const TELLING = [
  ...STARTS.map((start) => [start, ANSWER[0]!] as const),
  ...ANSWER.slice(1).map((word, place) => [ANSWER[place]!, word] as const),
];
const COUNTING = [...STARTS.map((start) => [start, 'one'] as const), ['one', 'two'] as const, ['two', 'one'] as const];

/** Logits for what follows each token: of telling, or of counting when the loop word is among `read`; all of them times `factor`. */
function addLogits(
  graph: OnnxGraph,
  { tokens, read, factor }: { tokens: string; read: string; factor?: string },
): void {
  const size = [VOCABULARY.length, VOCABULARY.length];
  const loop = graph.floats('loop_word', [], [idOf(LOOP_WORD)]);
  const isLoop = graph.node('ReduceMax', [graph.toFloat(graph.node('Equal', [read, loop]))], { keepdims: 0 });
  const telling = graph.node('Gather', [graph.floats('telling', size, followers(TELLING)), tokens]);
  const counting = graph.node('Gather', [graph.floats('counting', size, followers(COUNTING)), tokens]);
  const rest = graph.node('Sub', [graph.floats('all', [], [1]), isLoop]);
  const parts = [graph.node('Mul', [telling, rest]), graph.node('Mul', [counting, isLoop])];
  const sum = graph.node('Add', parts);
  graph.node('Mul', [sum, factor ?? graph.floats('factor', [], [1])], { output: 'logits' });
  graph.output('logits', 'float', ['batch_size', 'sequence_length', VOCABULARY.length]);
}

/** Token numbers as states of one attention head of one number: `[batch, 1, tokens, 1]`. */
function addStates(graph: OnnxGraph, tokens: string): string {
  return graph.node('Unsqueeze', [graph.toFloat(tokens), graph.int64s(`axes_${tokens}`, [2], [1, 3])]);
}

/** Remembers the tokens of the past, and returns all that were read. */
function addCache(graph: OnnxGraph, name: string, states: string): string {
  const shape = ['batch_size', 1, `past_length`, 1];
  for (const part of ['key', 'value']) {
    const past = graph.input(`past_key_values.${name}.${part}`, 'float', shape);
    graph.node('Concat', [past, states], { axis: 2, output: `present.${name}.${part}` });
    graph.output(`present.${name}.${part}`, 'float', ['batch_size', 1, 'whole_length', 1]);
  }
  return `present.${name}.key`;
}

/**
 * A model that goes on with a text. What it read before is in its cache alone, so a lost cache is a wrong answer, and so is
 * one of another length than the text has.
 */
function causalModel(isMerged: boolean): Buffer {
  const graph = new OnnxGraph();
  if (isMerged) graph.input('use_cache_branch', 'bool', [1]);
  const tokens = graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const mask = graph.input('attention_mask', 'int64', ['batch_size', 'whole_length']);
  const read = addCache(graph, '0', addStates(graph, tokens));
  const length = graph.node('Gather', [graph.node('Shape', [read]), graph.int64s('tokens_axis', [], [2])]);
  const masked = graph.node('ReduceSum', [graph.toFloat(mask)], { keepdims: 0 });
  const difference = graph.node('Abs', [graph.node('Sub', [graph.toFloat(length), masked])]);
  const one = graph.floats('one_whole', [], [1]);
  const factor = graph.node('Sub', [one, graph.node('Min', [difference, one])]);
  addLogits(graph, { tokens, read, factor });
  return graph.finish();
}

function encoderModel(): Buffer {
  const graph = new OnnxGraph();
  const tokens = graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  graph.input('attention_mask', 'int64', ['batch_size', 'sequence_length']);
  const axes = graph.int64s('last_axis', [1], [2]);
  graph.node('Unsqueeze', [graph.toFloat(tokens), axes], { output: 'last_hidden_state' });
  graph.output('last_hidden_state', 'float', ['batch_size', 'sequence_length', 1]);
  return graph.finish();
}

/** Both forms of the decoder in one file; what the encoder read decides about the answer. */
function decoderModel(): Buffer {
  const graph = new OnnxGraph();
  const tokens = graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const read = graph.input('encoder_hidden_states', 'float', ['batch_size', 'encoder_length', 1]);
  graph.input('encoder_attention_mask', 'int64', ['batch_size', 'encoder_length']);
  graph.input('use_cache_branch', 'bool', [1]);
  addCache(graph, '0.decoder', addStates(graph, tokens));
  const states = graph.node('Unsqueeze', [read, graph.int64s('head_axis', [1], [1])]);
  addLogits(graph, { tokens, read: addCache(graph, '0.encoder', states) });
  return graph.finish();
}

function tokenizer(isEncoderDecoder: boolean): object {
  const end = { SpecialToken: { id: '</s>', type_id: 0 } };
  const special = { '</s>': { id: '</s>', ids: [idOf('</s>')], tokens: ['</s>'] } };
  const post = {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }, end],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, end, { Sequence: { id: 'B', type_id: 1 } }, end],
    special_tokens: special,
  };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: CONTROLS.map((content) => ({
      id: idOf(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: isEncoderDecoder ? post : null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
      unk_token: '<unk>',
    },
  };
}

/** Which tiny model. */
export interface TinyModel {
  readonly kind: 'template' | 'dialogue' | 'instruction';
  /** Window in tokens; 64 unless told. */
  readonly contextTokens?: number;
  /** `_quantized` unless told. */
  readonly ending?: string;
}

const COMMON = { eos_token_id: 1, pad_token_id: 0, bos_token_id: 1, vocab_size: VOCABULARY.length };

function configOf({ kind, contextTokens = 64 }: TinyModel): object {
  const heads = { num_attention_heads: 1, num_key_value_heads: 1, hidden_size: 1, num_hidden_layers: 1, head_dim: 1 };
  if (kind === 'template') {
    return { model_type: 'qwen2', max_position_embeddings: contextTokens, ...heads, ...COMMON };
  }
  if (kind === 'dialogue') {
    return {
      model_type: 'gpt2',
      n_positions: contextTokens,
      n_ctx: contextTokens,
      n_embd: 1,
      n_head: 1,
      n_layer: 1,
      ...COMMON,
    };
  }
  return {
    model_type: 't5',
    is_encoder_decoder: true,
    n_positions: contextTokens,
    d_model: 1,
    d_kv: 1,
    num_heads: 1,
    num_layers: 1,
    num_decoder_layers: 1,
    decoder_start_token_id: 0,
    ...COMMON,
  };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The files of a repository that transformers.js can run: two tables of what follows what, and a cache of what was read. */
export function tinyModelFiles(model: TinyModel): ReadonlyMap<string, Buffer> {
  const { kind, ending = '_quantized' } = model;
  const isInstruction = kind === 'instruction';
  const template = kind === 'template' ? { chat_template: TEMPLATE } : {};
  // Older repositories name the one file of such a model as they name a decoder.
  const stem = kind === 'dialogue' ? 'decoder_model_merged' : 'model';
  const models: [string, Buffer][] = isInstruction
    ? [
        [`onnx/encoder_model${ending}.onnx`, encoderModel()],
        [`onnx/decoder_model_merged${ending}.onnx`, decoderModel()],
      ]
    : [[`onnx/${stem}${ending}.onnx`, causalModel(kind === 'dialogue')]];
  return new Map([
    ['config.json', json(configOf(model))],
    ['tokenizer.json', json(tokenizer(isInstruction))],
    [
      'tokenizer_config.json',
      json({ tokenizer_class: 'PreTrainedTokenizer', eos_token: '</s>', unk_token: '<unk>', ...template }),
    ],
    ...models,
  ]);
}

/** Writes the files of a tiny model into a folder. */
export async function writeTinyModel(folder: string, model: TinyModel): Promise<void> {
  for (const [path, content] of tinyModelFiles(model)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
