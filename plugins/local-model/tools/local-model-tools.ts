import type { ToolDescriptor } from 'wooster';
import {
  checkLocalEmbeddingHealth,
  listEmbeddingModels,
  type EmbeddingToolPorts,
} from './embeddings/embedding-tools.ts';
import type { ManagePorts } from '../lifecycle/resolve-model.ts';
import { downloadModel } from './download-model.ts';
import { intelligentRoute } from './intelligent-route.ts';
import { localChat } from './local-chat.ts';
import { localCodeAssist } from './local-code-assist.ts';
import { localGenerate } from './local-generate.ts';
import { localSummarize } from './local-summarize.ts';
import type { ToolPorts } from './model-call.ts';
import { listLocalModels, modelStatus, switchModel } from './model-tools.ts';

/** The tools of this plugin. */
export function localModelTools(ports: ToolPorts & EmbeddingToolPorts & ManagePorts): readonly ToolDescriptor[] {
  return [
    localChat(ports),
    localGenerate(ports),
    localCodeAssist(ports),
    localSummarize(ports),
    intelligentRoute(ports),
    listLocalModels(ports),
    switchModel(ports),
    modelStatus(ports),
    downloadModel(ports),
    checkLocalEmbeddingHealth(ports),
    listEmbeddingModels(ports),
  ];
}
