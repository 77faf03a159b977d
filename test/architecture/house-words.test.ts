import { refuse } from './source/rule.ts';
import { repoFiles, textOf } from './source/source-files.ts';

const SELF = 'test/architecture/house-words.test.ts';
const BINARY = /\.(png|jpg|jpeg|gif|ico|woff2?)$/;

/** What no file of the repository says, and why. */
const REFUSED: [RegExp, string][] = [
  [/(^|[\s"'`(=:])\/(work|home\/\w+|Users\/\w+|root)\//m, 'A path of one machine means nothing on another:'],
  [/\b(TODO|FIXME|XXX)\b/, 'What is to be done stands in an issue, where it is found:'],
  [
    /"resolved": "https?:\/\/(?!registry\.npmjs\.org\/)/,
    'The lock file names no registry but the public one:',
  ],
  [/^registry *=/m, 'Which registry to use is for each machine to say:'],
  [/\b(it|describe)\.only\(/, 'One test run alone hides the others:'],
];

describe('no file of the repository', () => {
  const files = repoFiles().filter((file) => file !== SELF && !BINARY.test(file));
  for (const [pattern, reason] of REFUSED) {
    it(`has ${pattern}`, () => {
      const found = files.flatMap((file) => {
        const match = pattern.exec(textOf(file));
        return match === null ? [] : [`${file}: ${match[0].trim()}`];
      });
      refuse(found, reason);
    });
  }
});
