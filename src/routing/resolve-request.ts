import type { PrivacyRuling } from '../contracts/privacy/privacy-policy.ts';
import { PRIVACY_CLASSES } from '../contracts/routing/route-request.ts';
import type { PrivacyClass, RouteRequest } from '../contracts/routing/route-request.ts';
import type { RoutingStrategy } from '../contracts/routing/strategy.ts';
import type { ModelRef } from '../contracts/models/model-ref.ts';
import type { RoutingSettings } from '../contracts/settings/settings.ts';

/** Whether the first class lets less out than the second. */
export function isStricter(left: PrivacyClass, right: PrivacyClass): boolean {
  return PRIVACY_CLASSES.indexOf(left) > PRIVACY_CLASSES.indexOf(right);
}

/** What a request is joined with. */
interface Circumstances {
  readonly strategy: RoutingStrategy;
  readonly routing: RoutingSettings;
  /** The model that a switch prefers. */
  readonly switched: ModelRef | undefined;
  /** Of the user's rules, of choices for project and conversation, of the content. */
  readonly rulings: readonly PrivacyRuling[];
}

/** Joins a request with the class of every rule (the strictest wins; of equals the first is named), the switch and the pins. */
export function resolveRequest(request: RouteRequest, circumstances: Circumstances): RouteRequest {
  const { strategy, routing, switched, rulings } = circumstances;
  const all: readonly PrivacyRuling[] = [
    { privacy: request.privacy, rule: request.privacyRule },
    { privacy: routing.privacy, rule: routing.privacyOrigin },
    { privacy: strategy.privacy ?? 'any', rule: `strategy ${strategy.id}` },
    ...rulings,
  ];
  const strictest = all.reduce((left, right) => (isStricter(right.privacy, left.privacy) ? right : left));
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
