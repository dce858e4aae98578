import { PRIVACY_CLASSES } from '../../../contracts/routing/route-request.ts';
import type { InterruptedText, RoutingSettings } from '../../../contracts/settings/settings.ts';
import type { Readings } from '../layers/reading.ts';
import { readStrategy } from '../shapes/strategies.ts';
import { cloudRefusal, permissionOf } from './permission.ts';

/** Settings of routing in today's terms. */
export function normaliseRouting(readings: Readings): RoutingSettings {
  const refusal = cloudRefusal(readings);
  const privacy = strictestPrivacy(readings);
  return {
    strategy: readStrategy(text(readings, 'routing.strategy')).strategy,
    strategyOrigin: readings.effective('routing.strategy')?.origin,
    privacy: refusal === undefined ? privacy.value : 'local-only',
    privacyOrigin: refusal?.origin ?? privacy.origin,
    preferredProvider: preferredProvider(readings),
    fallbackOrder: readings.list('routing.fallbackOrder').map(providerId),
    cloudPermission: refusal === undefined ? permissionOf(readings, 'routing.cloud.allow') : undefined,
    cloudRefusal: refusal,
    localOnly: switchOf(readings),
    limits: {
      connectMs: number(readings, 'routing.limits.connectMs'),
      loadMs: number(readings, 'routing.limits.loadMs'),
      firstTokenMs: number(readings, 'routing.limits.firstTokenMs'),
      idleMs: number(readings, 'routing.limits.idleMs'),
      totalMs: number(readings, 'routing.limits.totalMs'),
      minTokensPerSecond: readings.number('routing.limits.minTokensPerSecond'),
      throughputWindowMs: number(readings, 'routing.limits.throughputWindowMs'),
    },
    failover: {
      isEnabled: readings.flag('routing.failover.enabled') ?? true,
      maxRetries: maxRetries(readings),
      failureThreshold: number(readings, 'routing.failover.failureThreshold'),
      recoveryMs: number(readings, 'routing.failover.recoverySeconds') * 1000,
      interruptedText: interruptedText(readings),
    },
    healthCheckIntervalMs: number(readings, 'routing.healthCheckIntervalMs'),
    isLocalEnabled: readings.flag('providers.local.enabled') ?? true,
  };
}

/** The process-wide switch, in whatever layer it is. */
function switchOf(readings: Readings): RoutingSettings['localOnly'] {
  const reading = readings.all('routing.localOnly').findLast(({ value }) => value === true);
  return reading && { origin: reading.origin };
}

/** Provider ids are compared in lower case. */
function providerId(written: string): string {
  return written.trim().toLowerCase();
}

/** These settings have a built-in default, so a value is always there. */
function number(readings: Readings, path: string): number {
  return readings.number(path) ?? Number.NaN;
}

function text(readings: Readings, path: string): string {
  return readings.text(path) ?? '';
}

/** `retry_on_error: false` of a provider file is a maximum of none, unless a stronger layer gives a number. */
function maxRetries(readings: Readings): number {
  const retries = readings.effective('routing.failover.maxRetries');
  const switchOff = readings.effective('routing.failover.retry_on_error');
  const isOff = switchOff?.value === false && switchOff.rank >= (retries?.rank ?? 0);
  return isOff ? 0 : number(readings, 'routing.failover.maxRetries');
}

function interruptedText(readings: Readings): InterruptedText {
  const written = readings.text('routing.failover.interruptedText');
  return written === 'restart' || written === 'continue' ? written : 'stop';
}

function strictestPrivacy(readings: Readings): { value: RoutingSettings['privacy']; origin?: string } {
  let strictest: { value: RoutingSettings['privacy']; origin?: string } = { value: 'any' };
  for (const { value, origin } of readings.all('routing.privacy')) {
    const privacy = value as RoutingSettings['privacy'];
    if (PRIVACY_CLASSES.indexOf(privacy) > PRIVACY_CLASSES.indexOf(strictest.value))
      strictest = { value: privacy, origin };
  }
  return strictest;
}

/** `claude_only` pins a provider; a default provider is tried first. `local` is not a preference but local-only. */
function preferredProvider(readings: Readings): RoutingSettings['preferredProvider'] {
  const strategy = readings.effective('routing.strategy');
  const pinned = strategy && readStrategy(String(strategy.value)).pinnedProvider;
  if (strategy !== undefined && pinned !== undefined) return { id: pinned, isPinned: true, origin: strategy.origin };
  const preferred = readings.effective('routing.defaultProvider');
  if (preferred === undefined || preferred.value === 'local') return undefined;
  return { id: providerId(String(preferred.value)), isPinned: false, origin: preferred.origin };
}
