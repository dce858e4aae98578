import type { DemoStep } from 'wooster';
import type { ActionPorts } from '../actions/action-ports.ts';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import { healthStep } from './health-step.ts';
import { localPortsStep } from './local-ports-step.ts';
import { questionsStep } from './questions-step.ts';
import { setupStep } from './setup-step.ts';

/** The acts of this plugin in the demo. */
export function demoSteps(ports: ActionPorts, runtime: EmbeddedRuntime): readonly DemoStep[] {
  return [localPortsStep(ports), setupStep(runtime), questionsStep(ports, runtime), healthStep(ports)];
}
