import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { ModelInfo } from '../../contracts/models/model-info.ts';
import type { PrivacyPolicy } from '../../contracts/privacy/privacy-policy.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { Candidate } from '../../contracts/routing/strategy.ts';
import type { ProviderEntry } from '../../contracts/settings/settings.ts';
import type { BudgetGuard, BudgetStatus } from '../../contracts/usage/budget.ts';
import { costUpperBoundUsd } from './cost-bound.ts';

/** What a candidate of a cloud has besides: money, consent, and what its provider is declared to do. */
export type CloudTerms = Pick<
  Candidate,
  'prices' | 'costUpperBoundUsd' | 'outputLimitTokens' | 'budget' | 'consent' | 'noTraining' | 'unavailable'
>;

/** The terms of one model of a cloud for one request. */
export type CloudTermsOf = (entry: ProviderEntry, model: ModelInfo, request: RouteRequest) => CloudTerms;

/** What the terms are read from. */
interface TermSources {
  readonly budget: BudgetGuard;
  readonly privacy: PrivacyPolicy;
}

/** Longest answer that the bound reckons with, and whether the call must be sent with it. */
function outputOf(
  { bound, budgetUsd }: RouteRequest,
  model: ModelInfo,
  budget: { readonly outputTokens: number; readonly holds: boolean },
): { readonly tokens: number; readonly limit?: number } {
  const most = model.maxOutputTokens?.value;
  const asked = bound?.outputTokens;
  if (!budget.holds && budgetUsd === undefined) return { tokens: asked ?? most ?? budget.outputTokens };
  if (asked !== undefined) return { tokens: asked, limit: asked };
  const limit = Math.min(most ?? budget.outputTokens, budget.outputTokens);
  return { tokens: limit, limit };
}

/**
 * Reads the terms of clouds for one decision: each cap is asked once for all models of a provider. Accounts that cannot
 * be read keep a cloud out, since nothing could be reserved.
 */
export function readCloudTerms({ budget, privacy }: TermSources): CloudTermsOf {
  const caps = new Map<string, BudgetStatus | undefined>();
  const capOf = ({ id }: ProviderEntry, { principal, project, conversationId }: RouteRequest) => {
    if (!budget.hasCaps) return undefined;
    if (!caps.has(id)) {
      caps.set(id, budget.tightest({ principalId: principal.id, providerId: id, project, conversationId }));
    }
    return caps.get(id);
  };
  return (entry, model, request) => {
    const consent = privacy.consent(entry.id, request.project);
    const base = {
      prices: entry.prices ?? model.prices?.value,
      consent: consent === 'given' ? undefined : consent,
      noTraining: entry.noTraining,
    };
    try {
      const cap = capOf(entry, request);
      const output = outputOf(request, model, { outputTokens: budget.outputTokens, holds: cap !== undefined });
      const input = request.bound?.inputTokens;
      const size = input === undefined ? undefined : { inputTokens: input, outputTokens: output.tokens };
      const costUsd = costUpperBoundUsd(base.prices, 'cloud', size);
      return { ...base, budget: cap, outputLimitTokens: output.limit, costUpperBoundUsd: costUsd };
    } catch (error) {
      if (!isWoosterError(error)) throw error;
      return { ...base, unavailable: `its cost cannot be accounted for: ${error.code} ${error.message}` };
    }
  };
}
