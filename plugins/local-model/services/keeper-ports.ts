import { serverOfTarget } from 'wooster';
import type {
  Clock,
  DecisionLog,
  Disposable,
  LifecycleSettings,
  Logger,
  MeasurementStore,
  ModelRef,
  ModelRouterService,
  ProviderInstance,
} from 'wooster';

/** Runs something later; disposing of it takes that back. Must not keep the process alive. */
export type Schedule = (run: () => void, delayMs: number) => Disposable;

/** What keeping models in memory is made of. */
export interface KeeperPorts {
  readonly router: () => ModelRouterService;
  /** Attempts of this workspace, from every process. */
  readonly decisions: () => DecisionLog;
  readonly measurements: () => MeasurementStore;
  readonly settings: LifecycleSettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Timers that are not waited for, unless a test brings others. */
  readonly schedule?: Schedule;
  /** False for a model that would have to be fetched first; nothing is fetched in the background. */
  readonly isHere?: (ref: ModelRef) => Promise<boolean>;
}

/** One model on one server. */
export interface ModelPlace {
  readonly instance: ProviderInstance;
  readonly modelId: string;
}

/** The local server and the model of a target; undefined when it is no local one or takes no part any more. */
export function placeOf(instances: readonly ProviderInstance[], targetId: string): ModelPlace | undefined {
  const serverId = serverOfTarget(targetId);
  const instance = instances.find((each) => each.serverId === serverId && each.locality === 'local');
  return instance === undefined ? undefined : { instance, modelId: targetId.slice(serverId.length + 1) };
}

/** Whether two names are of one model, where a server knows one by two (Ollama's `:latest`). */
export function isSameModel(left: string, right: string): boolean {
  return left === right || left === `${right}:latest` || `${left}:latest` === right;
}
