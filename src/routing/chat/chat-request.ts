import type { BaseMessage } from '@langchain/core/messages';
import type { CallParameters } from '../../contracts/models/call-context.ts';
import { LOCAL_PRINCIPAL } from '../../contracts/plugins/principal.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { RoutedChatDefaults } from '../../contracts/routing/router.ts';
import { RESERVED_ANSWER_TOKENS } from '../execution/needed-window.ts';
import type { ChatCallOptions } from './chat-operation.ts';
import { estimatePromptTokens, hasImage } from './estimate-tokens.ts';
import { boundOfPrompt } from './content/prompt-bound.ts';

/** What a chat call needs of a model, from its messages and options; holds no text of them. */
export function toChatRequest(
  messages: readonly BaseMessage[],
  options: ChatCallOptions,
  defaults: RoutedChatDefaults & { readonly parameters?: CallParameters },
): RouteRequest {
  const { needs: wanted } = defaults;
  const reserved = defaults.parameters?.maxTokens ?? RESERVED_ANSWER_TOKENS;
  return {
    task: 'chat',
    needs: {
      ...wanted,
      tools: wanted?.tools === true || (options.tools !== undefined && options.tools.length > 0),
      vision: wanted?.vision === true || hasImage(messages),
      json: wanted?.json === true || options.response_format !== undefined,
      contextTokens: Math.max(wanted?.contextTokens ?? 0, estimatePromptTokens(messages, options.tools) + reserved),
    },
    ranking: defaults.ranking,
    toolWay: defaults.toolWay,
    budgetUsd: defaults.budgetUsd,
    bound: { inputTokens: boundOfPrompt(messages, options), outputTokens: defaults.parameters?.maxTokens },
    privacy: defaults.privacy ?? 'any',
    privacyRule: defaults.privacy === undefined ? undefined : 'asked for with the call',
    mayAskConsent: defaults.askConsent !== undefined,
    principal: defaults.principal ?? LOCAL_PRINCIPAL,
    latency: 'interactive',
    stickyKey: defaults.stickyKey,
    loopKey: defaults.loopKey,
    avoidedTargets: defaults.avoidedTargets,
    pinned: defaults.pinned,
    pinnedProvider: defaults.pinnedProvider,
    strategy: defaults.strategy,
    conversationId: defaults.conversationId,
    project: defaults.project,
  };
}
