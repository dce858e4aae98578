import type { ModelPreferences, ModelTask } from '../../contracts/models/model-advisor.ts';
import type { ModelCapability } from '../../contracts/models/model-info.ts';
import { LOCAL_PRINCIPAL } from '../../contracts/plugins/principal.ts';
import type { RouteNeeds, RouteRequest } from '../../contracts/routing/route-request.ts';

/** What a task is to the router, and what it takes that the preferences do not say. */
interface TaskMeaning {
  readonly task: string;
  readonly needs?: RouteNeeds;
  readonly capability?: ModelCapability;
}

const TEXT: TaskMeaning = { task: 'chat' };

const MEANINGS: Readonly<Record<ModelTask, TaskMeaning>> = {
  chat: TEXT,
  code: TEXT,
  summary: TEXT,
  reasoning: { task: 'chat', capability: 'reasoning' },
  vision: { task: 'chat', needs: { vision: true } },
  embedding: { task: 'embed', capability: 'embed' },
  image: { task: 'image', capability: 'image' },
  video: { task: 'video', capability: 'video' },
  speech: { task: 'speech', capability: 'speech' },
};

/** What a model must be able to do. What is true today no weights know, so a tool has to look it up. */
export function needsOf(task: ModelTask, preferences: ModelPreferences): RouteNeeds {
  const { needs, capability } = MEANINGS[task];
  const { hasImages, needsTools, needsJson, needsRealTimeData, contextTokens, quality, tokensPerSecond } = preferences;
  // A recommendation rests on what is known: a model of which nothing is known may be asked, but is not recommended.
  const proven: readonly ModelCapability[] = [
    ...(capability === undefined ? [] : [capability]),
    ...(needsTools === true || needsRealTimeData === true ? ['tools'] : []),
    ...(needsJson === true ? ['json'] : []),
  ];
  return {
    ...needs,
    ...((hasImages === true || needs?.vision === true) && { vision: true }),
    ...(contextTokens !== undefined && { contextTokens }),
    ...(quality !== undefined && { quality }),
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
    ...(proven.length > 0 && { capabilities: proven }),
  };
}

/** The strategy that puts the preferred places first; undefined leaves the one that is set. */
export function strategyOf({ prefer }: ModelPreferences): string | undefined {
  return prefer === undefined ? undefined : `${prefer}-first`;
}

/** A preview of the decision for a task. */
export function toRequest(task: ModelTask, preferences: ModelPreferences): RouteRequest {
  const { contextTokens, budgetUsd, optimizeFor, project } = preferences;
  return {
    task: MEANINGS[task].task,
    needs: needsOf(task, preferences),
    privacy: 'any',
    principal: LOCAL_PRINCIPAL,
    latency: 'interactive',
    isPreview: true,
    strategy: strategyOf(preferences),
    ...(contextTokens !== undefined && { bound: { inputTokens: contextTokens } }),
    ...(budgetUsd !== undefined && { budgetUsd }),
    ...(optimizeFor !== undefined && { ranking: optimizeFor }),
    ...(project !== undefined && { project }),
  };
}
