import { expect, test } from '@jest/globals';
import { defaultModelsDirectory, userCacheDirectory } from '../../../../plugins/local-model/weights/cache-directory.ts';

test.each([
  ['linux', {}, '/home/ada', '/home/ada/.cache'],
  ['linux', { XDG_CACHE_HOME: '/fast/cache' }, '/home/ada', '/fast/cache'],
  ['linux', { XDG_CACHE_HOME: 'cache' }, '/home/ada', '/home/ada/.cache'],
  ['darwin', { XDG_CACHE_HOME: '/fast/cache' }, '/Users/ada', '/Users/ada/Library/Caches'],
  ['win32', { LOCALAPPDATA: 'D:\\Local' }, 'C:\\Users\\ada', 'D:\\Local'],
  ['win32', {}, 'C:\\Users\\ada', 'C:\\Users\\ada\\AppData\\Local'],
])('on %s with %j in the environment the caches of %s live in %s', (platform, variables, home, expected) => {
  expect(userCacheDirectory(platform, variables, home)).toBe(expected);
});

test('weights live in a folder of their own below it', () => {
  expect(defaultModelsDirectory('linux', {}, '/home/ada')).toBe('/home/ada/.cache/wooster/models');
  expect(defaultModelsDirectory('win32', {}, 'C:\\Users\\ada')).toBe('C:\\Users\\ada\\AppData\\Local\\wooster\\models');
});
