/** Pure. Status letters on one side, words on the other. */
import { defineCodec, refuseUnknown } from '../codec.ts';
import { aclErrors } from '../errors.ts';

/** Letters ↔ words from a table such as `{ A: 'active' }`; two letters with one word raise ACL_MAPPING_INVALID. */
export function letters(words: Readonly<Record<string, string>>) {
  const wordOf = new Map(Object.entries(words));
  const letterOf = new Map(Object.entries(words).map(([letter, word]) => [word, letter]));
  if (letterOf.size !== wordOf.size) {
    const found = `two letters with one word in ${JSON.stringify(words)}`;
    throw aclErrors.error('ACL_MAPPING_INVALID', {
      table: 'letters()',
      found,
      expected: 'a word of its own for each',
    });
  }
  const accepts = `one of ${[...wordOf.keys()].join(', ')}`;
  const produces = `one of ${[...letterOf.keys()].join(', ')}`;
  return defineCodec({
    input: ['text', accepts],
    output: ['text', produces],
    decode: (letter) => wordOf.get(letter) ?? refuseUnknown(accepts),
    encode: (word) => letterOf.get(word) ?? refuseUnknown(produces),
  });
}
