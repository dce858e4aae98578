import { describe, expect, test } from '@jest/globals';
import { onnxChoices, onnxConfigOf } from '../../../../../plugins/local-model/weights/onnx/onnx-files.ts';

const firstFiles = (config: object, count: number) =>
  onnxChoices(onnxConfigOf(config, {}))
    .slice(0, count)
    .map(({ dtype, files }) => `${dtype}: ${files.map((file) => file.replace('onnx/', '')).join(', ')}`);

describe('the files of a model of ONNX files', () => {
  test('are the quantized ones first and the full ones next, by today’s name and by the older one', () => {
    expect(firstFiles({ model_type: 'gpt2' }, 4)).toEqual([
      'q8: model_quantized.onnx',
      'q8: decoder_model_merged_quantized.onnx',
      'fp32: model.onnx',
      'fp32: decoder_model_merged.onnx',
    ]);
  });

  test('are two for a model that turns one text into another', () => {
    expect(firstFiles({ model_type: 't5', is_encoder_decoder: true }, 2)).toEqual([
      'q8: encoder_model_quantized.onnx, decoder_model_merged_quantized.onnx',
      'fp32: encoder_model.onnx, decoder_model_merged.onnx',
    ]);
  });

  test.each([
    { told: true, files: ['model_quantized.onnx_data', 'model_quantized.onnx'] },
    { told: 2, files: ['model_quantized.onnx_data', 'model_quantized.onnx_data_1', 'model_quantized.onnx'] },
    { told: { model: 1 }, files: ['model_quantized.onnx_data', 'model_quantized.onnx'] },
    { told: { 'model_quantized.onnx': true, model: 3 }, files: ['model_quantized.onnx_data', 'model_quantized.onnx'] },
    { told: { 'model.onnx': true }, files: ['model_quantized.onnx'] },
    { told: 'nonsense', files: ['model_quantized.onnx'] },
  ])('come after the data beside them where the configuration says $told', ({ told, files }) => {
    const config = { 'transformers.js_config': { use_external_data_format: told } };
    expect(firstFiles(config, 1)).toEqual([`q8: ${files.join(', ')}`]);
  });
});

describe('the window of a model of ONNX files', () => {
  test.each([
    { config: { max_position_embeddings: 32_768 }, tokens: 32_768 },
    { config: { n_positions: 512 }, tokens: 512 },
    { config: { n_ctx: 1024 }, tokens: 1024 },
    { config: { text_config: { max_position_embeddings: 4096 } }, tokens: 4096 },
    { config: {}, tokenizer: { model_max_length: 512 }, tokens: 512 },
    { config: { max_position_embeddings: 64 }, tokenizer: { model_max_length: 512 }, tokens: 64 },
    { config: { max_position_embeddings: 'many' }, tokenizer: { model_max_length: 1e30 }, tokens: undefined },
    { config: null, tokens: undefined },
  ])('is $tokens where its files say $config and $tokenizer', ({ config, tokenizer, tokens }) => {
    expect(onnxConfigOf(config, tokenizer).contextTokens).toBe(tokens);
  });
});
