import type { ProviderDescriptor } from 'wooster';
import { anthropic, gemini, openai, openrouter } from '../../../../plugins/cloud-models/clouds.ts';
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
  {
    descriptor: gemini,
    dialect: 'gemini',
    prefix: '',
    chatPath: '/v1beta/models/m:*',
    keyHeader: 'x-goog-api-key',
    keyName: 'GEMINI_API_KEY',
    hasReasoning: true,
  },
  {
    descriptor: openrouter,
    dialect: 'openrouter',
    prefix: '/api/v1',
    chatPath: '/api/v1/chat/completions',
    keyHeader: 'authorization',
    keyName: 'OPENROUTER_API_KEY',
    hasReasoning: true,
  },
];
