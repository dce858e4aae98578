import type { ActionContext, Logger, MeasurementStore, ModelAdvisor, RenderContext } from 'wooster';
import type { DiscoverPorts } from '../../discovery/operation/discover-operation.ts';
import type { ActionPorts } from '../action-ports.ts';
import type { ModelsArguments, ModelsResult } from './models-schema.ts';

/** What the operations on models are made of. */
export interface ModelsPorts extends ActionPorts {
  readonly advisor: () => ModelAdvisor;
  readonly log: Logger;
  readonly measurements: () => MeasurementStore;
  readonly discoverPorts: () => DiscoverPorts;
}

/** One operation of `models`, loaded when it is asked for. */
export interface ModelsOperation<Result extends ModelsResult = ModelsResult> {
  run(ports: ModelsPorts, args: ModelsArguments, context: ActionContext): Promise<Result>;
  render(result: Result, context: RenderContext): string;
}
