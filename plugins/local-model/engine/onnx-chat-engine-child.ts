/** The child process that serves a chat model of ONNX files by transformers.js. */
import { runEngineChild } from './engine-child.ts';
import type { OnnxChatSettings } from './engine-messages.ts';
import { OnnxChatEndpoint } from './onnx/onnx-chat-endpoint.ts';
import { OnnxLanguageModel } from './onnx/onnx-language-model.ts';

runEngineChild<OnnxChatSettings>(async (settings) => {
  const language = await OnnxLanguageModel.load(settings);
  return { service: new OnnxChatEndpoint(language, settings), model: language.facts };
});
