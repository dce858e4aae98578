import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { ActionContext } from './action.ts';

/** One act of `demo`; it prints through the terminal and throws a contract error when its point cannot be shown. */
export interface DemoStep {
  readonly id: string;
  readonly title: string;
  /** Steps run in ascending order. */
  readonly order: number;
  run(context: ActionContext): Promise<void>;
}

/** Acts of `demo`. */
export const DEMO_STEPS: ExtensionPoint<DemoStep> = defineExtensionPoint<DemoStep>({
  id: 'demo-steps',
  summary: 'acts of the demo, in order',
  idOf: (step) => step.id,
});
