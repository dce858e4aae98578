import type { ProviderDescriptor } from 'wooster';
import { anthropic } from '../../../../plugins/cloud-models/anthropic/anthropic-provider.ts';
import { openai } from '../../../../plugins/cloud-models/openai/openai-provider.ts';
import type { DialectId } from '../../../fakes/model-server/protocol.ts';

/** One cloud with the fake that speaks as it does. */
export interface CloudUnderTest {
  readonly descriptor: ProviderDescriptor;
  readonly dialect: DialectId;
  /** Behind the address of the fake. */
  readonly prefix: string;
  readonly chatPath: string;
  readonly keyHeader: string;
  readonly keyName: string;
  readonly hasReasoning: boolean;
}

/** All clouds. */
export const CLOUDS: readonly CloudUnderTest[] = [
  {
    descriptor: openai,
    dialect: 'openai',
    prefix: '',
    chatPath: '/v1/chat/completions',
    keyHeader: 'authorization',
    keyName: 'OPENAI_API_KEY',
    hasReasoning: true,
  },
  {
    descriptor: anthropic,
    dialect: 'anthropic',
    prefix: '',
    chatPath: '/v1/messages',
    keyHeader: 'x-api-key',
    keyName: 'ANTHROPIC_API_KEY',
    hasReasoning: true,
  },
];
