import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type {
  CallContext,
  ProviderEntry,
  RoutedChatDefaults,
  RoutingSettings,
  TargetEntry,
} from '../../../src/index.ts';
import { defineProvider, PROVIDERS } from '../../../src/index.ts';
import { z } from 'zod';
import { ask, rigOf, scripted } from '../doubles/rig.ts';
import { ScriptedProvider } from '../doubles/scripted-provider.ts';

/** One model `many:m` at several endpoints, and what stands beside it. */
interface EndpointsOptions extends Partial<Pick<ProviderEntry, 'balance' | 'slots' | 'queue'>> {
  /** Weights, one for each endpoint; the endpoints are called `e0`, `e1`, ... */
  readonly weights: readonly number[];
  /** Slots of single endpoints, by place. */
  readonly slotsOf?: readonly (number | undefined)[];
  /** A provider `other:m` that comes after it. */
  readonly hasOther?: boolean;
  readonly otherPriority?: number;
  readonly routing?: Partial<RoutingSettings>;
}

/** An endpoint whose calls last until the test lets them go. */
class HeldProvider extends ScriptedProvider {
  /** Calls that have arrived. */
  arrived = 0;
  #held: PromiseWithResolvers<void> | undefined;

  hold(): void {
    this.#held = Promise.withResolvers<void>();
  }

  /** Lets go all that are held, and holds no more. */
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  override async chat(modelId: string, call: CallContext): Promise<BaseChatModel> {
    this.arrived += 1;
    await this.#held?.promise;
    return super.chat(modelId, call);
  }
}

/** A router over scripted endpoints of one model. */
export function endpointsRig({
  weights,
  slotsOf,
  hasOther = false,
  otherPriority = 2,
  routing,
  ...entry
}: EndpointsOptions) {
  const targets: TargetEntry[] = weights.map((weight, place) => {
    const slots = slotsOf?.[place];
    return { baseUrl: `http://127.0.0.1:${9000 + place}`, weight, ...(slots !== undefined && { slots }) };
  });
  const endpoints = targets.map(({ baseUrl }) => new HeldProvider('many', [{ id: 'm' }], new URL(baseUrl).host));
  const many = scripted('many', [{ id: 'm' }], { priority: 1, model: 'm', targets, ...entry });
  const other = scripted('other', [{ id: 'm' }], { priority: otherPriority, model: 'm' });
  const rig = rigOf({ providers: hasOther ? [many, other] : [many], routing });
  rig.extensions.put(
    PROVIDERS,
    [many, other].map(({ entry: { id, kind } }) =>
      defineProvider({
        id: kind,
        title: kind,
        locality: 'local',
        settings: z.object({}),
        knownEnv: [],
        create: (_settings, { entry: { baseUrl } }) =>
          (id === 'many' && endpoints[targets.findIndex((target) => target.baseUrl === baseUrl)]) || other.provider,
      }),
    ),
  );
  /** Which endpoint a target is: `e0`, or `other`. */
  const nameOf = (targetId: string): string => {
    const place = targets.findIndex(({ baseUrl }) => targetId.includes(new URL(baseUrl).host));
    return place === -1 ? 'other' : `e${place}`;
  };
  /** Asks once; the endpoints that were tried, the last of which answered. */
  const route = async (defaults: RoutedChatDefaults = {}): Promise<string> => {
    const { response_metadata } = await ask(rig, 'hi', defaults);
    const { attempts = [] } = rig.state.decisions.get(response_metadata.decisionId as string) ?? {};
    return attempts.map(({ targetId }) => nameOf(targetId)).join(' ');
  };
  const routes = async (count: number, defaults: RoutedChatDefaults = {}): Promise<string[]> => {
    const seen: string[] = [];
    for (let call = 0; call < count; call += 1) seen.push(await route(defaults));
    return seen;
  };
  return { ...rig, endpoints, other: other.provider, nameOf, route, routes };
}

/** Lets all that is under way go on as far as it can. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
