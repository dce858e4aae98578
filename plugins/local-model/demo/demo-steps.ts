import type { DemoStep } from 'wooster';
import type { ModelsPorts } from '../actions/models/models-ports.ts';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import { foundServersStep } from './found-servers-step.ts';
import { healthStep } from './health-step.ts';
import { questionsStep } from './questions-step.ts';
import { setupStep } from './setup-step.ts';

/** The acts of this plugin in the demo. */
export function demoSteps(ports: ModelsPorts, runtime: EmbeddedRuntime): readonly DemoStep[] {
  return [foundServersStep(ports), setupStep(runtime), questionsStep(ports, runtime), healthStep(ports)];
}
