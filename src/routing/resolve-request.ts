import type { PrivacyClass, RouteRequest } from '../contracts/routing/route-request.ts';
import type { RoutingStrategy } from '../contracts/routing/strategy.ts';
import type { ModelRef } from '../contracts/models/model-ref.ts';
import type { RoutingSettings } from '../contracts/settings/settings.ts';

const STRICTNESS: readonly PrivacyClass[] = ['any', 'no-training', 'local-only'];

/** Joins a request with the class of the settings and of the strategy (the strictest wins), the switch and the pins. */
export function resolveRequest(
  request: RouteRequest,
  strategy: RoutingStrategy,
  routing: RoutingSettings,
  switched: ModelRef | undefined,
): RouteRequest {
  const rules: readonly { privacy: PrivacyClass; rule: string | undefined }[] = [
    { privacy: request.privacy, rule: request.privacyRule },
    { privacy: routing.privacy, rule: routing.privacyOrigin },
    { privacy: strategy.privacy ?? 'any', rule: `strategy ${strategy.id}` },
  ];
  const strictest = rules.reduce((left, right) =>
    STRICTNESS.indexOf(right.privacy) > STRICTNESS.indexOf(left.privacy) ? right : left,
  );
  // A switch or a provider set for conversations says nothing about who makes vectors.
  const isEmbed = request.task === 'embed';
  const preferred = isEmbed ? undefined : routing.preferredProvider;
  return {
    ...request,
    privacy: strictest.privacy,
    privacyRule: strictest.rule,
    preferred: request.preferred ?? (isEmbed ? undefined : switched),
    pinnedProvider: request.pinnedProvider ?? (preferred?.isPinned === true ? preferred.id : undefined),
  };
}
