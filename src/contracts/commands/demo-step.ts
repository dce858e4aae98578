import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { ActionContext } from './action.ts';

/** What the person asked of the demo. */
export interface DemoWishes {
  /** A folder of the person's own to show it on, as written. */
  readonly folder?: string;
}

/** One act of `demo`; it prints through the terminal and throws a contract error when its point cannot be shown. */
export interface DemoStep {
  readonly id: string;
  readonly title: string;
  /** Steps run in ascending order. */
  readonly order: number;
  /** Also shown when the demo is of a folder of the person's own; such a demo leaves the other steps out. */
  readonly isForFolders?: boolean;
  run(context: ActionContext, wishes: DemoWishes): Promise<void>;
}

/** Acts of `demo`. */
export const DEMO_STEPS: ExtensionPoint<DemoStep> = defineExtensionPoint<DemoStep>({
  id: 'demo-steps',
  summary: 'acts of the demo, in order',
  idOf: (step) => step.id,
});
