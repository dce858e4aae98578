/** The child process that serves a chat model by node-llama-cpp. */
import { ChatEndpoint } from './child/chat-endpoint.ts';
import { LanguageModel } from './child/language-model.ts';
import { runEngineChild } from './engine-child.ts';
import type { ChatSettings } from './engine-messages.ts';

runEngineChild<ChatSettings>(async (settings, onProgress) => {
  const language = await LanguageModel.load(settings, onProgress);
  return { service: new ChatEndpoint(language, settings), model: language.facts };
});
