import { expect } from 'chai';
import fc from 'fast-check';
import { fillReferences, markReferences, referencesIn } from '../../../../chassis/config/env.ts';

const expanded = (text: string, env: Record<string, string>) => {
  const marked = markReferences(text, env);
  return fillReferences(marked.text, marked);
};
const $ = (inner: string) => `\${${inner}}`;

describe('environment variables in the config', () => {
  it('leave a text without them as it is', () => {
    const text = fc.string().filter((one) => !one.includes('${'));
    fc.assert(fc.property(text, (one) => expanded(one, { A: 'x' }) === one));
  });

  it('give any value in their place, and nothing looks further into it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        expect(expanded(`a: ${$('A')} b`, { A: value, B: 'no' })).to.equal(`a: ${value} b`);
      }),
    );
    expect(expanded($('A'), { A: $('B'), B: 'no' })).to.equal($('B'));
  });

  it('are marked by as many characters as they are written with, on the same lines', () => {
    const piece = fc.oneof(fc.constantFrom($('A'), $('LONG_NAME:-a default'), '\n', ' '), fc.string());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 600 }), (pieces) => {
        const text = pieces.join('');
        const marked = markReferences(text, {});
        expect(marked.text).to.have.length(text.length);
        expect(referencesIn(marked.text, marked)).to.deep.equal(marked.references);
        expect(marked.text.split('\n').map((line) => line.length)).to.deep.equal(
          text.split('\n').map((line) => line.length),
        );
      }),
    );
  });

  it('take a default when they are not set or empty', () => {
    expect(expanded($('A:-b'), {})).to.equal('b');
    expect(expanded($('A:-b'), { A: '' })).to.equal('b');
    expect(expanded($('A:-'), {})).to.equal('');
    expect(expanded($('A:-b'), { A: 'c' })).to.equal('c');
  });

  it('stay as written without a value, as do other uses of $', () => {
    const text = `${$('A')} $A $$ {C} ${$('1')} ${$('A B')}`;
    expect(expanded(text, {})).to.equal(text);
    expect(markReferences(text, {}).references).to.deep.equal([
      { name: 'A', written: $('A'), value: undefined },
    ]);
  });
});
