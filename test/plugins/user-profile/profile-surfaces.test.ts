import { describe, expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { profileActions } from '../../../plugins/user-profile/actions/profile-actions.ts';
import { profileCommands } from '../../../plugins/user-profile/chat/profile-commands.ts';
import { profileContext } from '../../../plugins/user-profile/profile-context.ts';
import { Profile } from '../../../plugins/user-profile/profile.ts';
import { profileTools } from '../../../plugins/user-profile/tools/profile-tools.ts';
import { StoreError } from '../../../src/contracts/errors/resource-errors.ts';
import type { EmbeddingsPreparation } from '../../../src/contracts/models/embedding-model.ts';
import { LOCAL_PRINCIPAL } from '../../../src/contracts/plugins/principal.ts';
import { EmbeddingsDouble } from '../../doubles/embeddings-double.ts';
import { KnowledgeStoresDouble } from '../../doubles/knowledge-store-double.ts';
import { createTerminalDouble, type TerminalDouble } from '../../doubles/terminal-double.ts';

const { signal } = new AbortController();
const PROGRESS = { update: () => {}, note: () => {}, finish: () => {} };

function turn(question: string) {
  return {
    messages: [new HumanMessage(question)],
    principal: LOCAL_PRINCIPAL,
    approvals: async () => true,
    signal,
  };
}

function setUp(failure?: Error) {
  const embeddings = new EmbeddingsDouble();
  const stores = new KnowledgeStoresDouble(embeddings);
  let now = 1000;
  const profile = new Profile(() => stores, { now: () => (now += 1), monotonic: () => now });
  const prepared: string[] = [];
  const preparation: EmbeddingsPreparation = {
    prepare: (purpose) => {
      prepared.push(purpose);
      return failure === undefined ? Promise.resolve() : Promise.reject(failure);
    },
  };
  const run = async (id: string, args: object, terminal: TerminalDouble = createTerminalDouble()): Promise<string> => {
    const action = profileActions(profile, () => preparation).find((each) => each.id === id)!;
    const context = { signal, principal: LOCAL_PRINCIPAL, terminal, progress: PROGRESS };
    const result = await action.run(action.args.parse(args), context);
    return action.render!(action.result.parse(result), { width: 80, hasColor: false });
  };
  const say = async (line: string): Promise<readonly string[]> => {
    const [word, ...rest] = line.split(' ');
    const terminal = createTerminalDouble();
    const command = profileCommands(profile).find(({ id }) => id === word)!;
    const chat = {
      conversationId: 'c',
      project: undefined,
      setProject: () => {},
      startNew: () => 'd',
      resume: () => {},
      leave: () => {},
    };
    await command.run(rest.join(' '), { terminal, signal, ...chat });
    return terminal.notes;
  };
  const collect = (question: string) => profileContext(profile).collect(turn(question), signal);
  return { profile, stores, embeddings, run, say, collect, prepared };
}

describe('the commands of the profile', () => {
  test('remember, recall and forget on the command line', async () => {
    const { run } = setUp();
    expect(await run('remember', { fact: ['I prefer', 'metric units'] })).toMatch(
      /^remembered: [0-9a-f]{8} {2}I prefer/,
    );
    expect(await run('remember', { fact: ['I prefer metric units'] })).toContain('remembered already');
    expect(await run('recall', {})).toMatch(/^[0-9a-f]{8} {2}I prefer metric units$/);
    expect(await run('forget', { fact: ['metric'] })).toContain('forgotten: ');
    expect(await run('recall', {})).toBe('Nothing that is remembered matches.');
  });

  test('remembering fetches a missing model first, and remembers also when that fails', async () => {
    const { run, prepared } = setUp(new StoreError('E_MIGRATION', 'no way', { location: '/x' }));
    expect(await run('remember', { fact: ['I like tea'] })).toContain('remembered: ');
    expect(prepared).toEqual(['userProfile']);
    await expect(setUp(new Error('a bug')).run('remember', { fact: ['I like tea'] })).rejects.toThrow('a bug');
  });

  test('forgetting everything asks first, and without a person wants --yes', async () => {
    const { run } = setUp();
    await run('remember', { fact: ['I prefer metric units'] });
    expect(await run('forget', { all: true }, createTerminalDouble(['n']))).toBe('nothing was forgotten');
    const silent = createTerminalDouble([], { isInteractive: false });
    await expect(run('forget', { all: true }, silent)).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(await run('forget', { all: true, yes: true }, silent)).toContain('forgotten: ');
    expect(await run('recall', {})).toBe('Nothing that is remembered matches.');
  });

  test.each([{}, { all: true, fact: ['x'] }])('forget wants either a fact or --all: %j', async (args) => {
    await expect(setUp().run('forget', args)).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('the same words after a slash in the chat', async () => {
    const { say } = setUp();
    expect((await say('remember My cat is called Minka'))[0]).toContain('My cat is called Minka');
    expect((await say('recall cat'))[0]).toContain('My cat is called Minka');
    expect((await say('forget minka'))[0]).toContain('forgotten: ');
    expect(await say('recall')).toEqual(['Nothing that is remembered matches.']);
  });

  test('tools of the same names, whose risk is told', async () => {
    const { profile } = setUp();
    const tools = profileTools(profile);
    expect(tools.map(({ id, risk }) => [id, risk])).toEqual([
      ['remember', 'write'],
      ['recall', 'read'],
      ['forget', 'write'],
    ]);
    const context = { signal, principal: LOCAL_PRINCIPAL };
    const [remember, recall, forget] = tools;
    expect((await remember!.run({ fact: 'I like tea' }, context)).text).toBe('Remembered: I like tea');
    expect((await recall!.run({ question: 'tea' }, context)).text).toContain('I like tea');
    expect((await forget!.run({ fact: 'tea' }, context)).text).toContain('Forgotten: ');
  });
});

describe('what a turn is told of the user', () => {
  test('nothing, and no store is opened, while nothing is remembered', async () => {
    const { collect, stores } = setUp();
    expect(await collect('hello')).toEqual({ passages: [] });
    expect(stores.opened.size).toBe(0);
  });

  test('a few facts are told without a search', async () => {
    const { collect, profile } = setUp();
    await profile.remember('I prefer metric units', LOCAL_PRINCIPAL, signal);
    expect((await collect('how long is it?')).facts).toEqual(['I prefer metric units']);
  });

  test('of many facts those that are near the question', async () => {
    const { collect, profile } = setUp();
    for (let at = 0; at < 9; at += 1) await profile.remember(`Place number ${at}`, LOCAL_PRINCIPAL, signal);
    await profile.remember('My cat is called Minka', LOCAL_PRINCIPAL, signal);
    expect((await collect('which cat?')).facts).toEqual(['My cat is called Minka']);
  });

  test('a damaged profile is told and does not cost the answer', async () => {
    const { collect, profile, stores } = setUp();
    await profile.remember('I like tea', LOCAL_PRINCIPAL, signal);
    const store = stores.opened.get('userProfile/default')!;
    store.stats = () => Promise.reject(new StoreError('E_STORE_CORRUPT', 'store.db is damaged', { location: '/x' }));
    expect(await collect('tea?')).toEqual({
      passages: [],
      notices: ['what is remembered of you could not be read: E_STORE_CORRUPT store.db is damaged'],
    });
  });
});
