import { expect } from 'chai';
import fc from 'fast-check';
import { type FileEdit, fileChange } from '../../../../facade/toggles/file-change.ts';
import { ABSENT, type FileNote, planNote } from '../../../../facade/toggles/note-file.ts';
import type { FileBase, FilePosition, Stored, Toggle } from '../../../../facade/toggles/toggle-store.ts';

const at = (stage: FilePosition['stage'], since: number) => ({ stage, percent: 0, at: since }) as FileBase;
const position = (stage: FilePosition['stage']) => ({ stage, percent: 0 }) as FilePosition;
const edit = (from: Toggle['stage'] | 'absent', to: FilePosition['stage'], when: number): FileEdit => ({
  ...{ route: 'r', to: position(to), at: when, configVersion: 'v2' },
  from: from === 'absent' ? undefined : { stage: from, percent: 0 },
});
const toggle = (stage: Toggle['stage'], when: number) =>
  ({ route: 'r', stage, percent: 0, at: when }) as Toggle;
const stored = (base?: FileBase, set?: Toggle): Stored => ({
  bases: new Map(base && [['r', base]]),
  toggles: new Map(set && [['r', set]]),
});
/** What a facade tells of the route `r`, whose file says `stage`. */
const note = (stage: FilePosition['stage'], rest: Partial<FileNote> & { own?: FileBase } = {}): FileNote => ({
  says: new Map(stage === 'absent' ? [] : [['r', { stage, percent: 0 }]]),
  heard: rest.own && new Map([['r', rest.own]]),
  ...{ broken: new Set(), edits: [], at: 100, configVersion: 'v2' },
  ...rest,
});
const planned = (there: Stored, told: FileNote) => {
  const { known, bases, entries } = planNote(there, told);
  return {
    entries: entries.map(({ action, from, to, at: when }) => `${action} ${from.stage}->${to.stage} ${when}`),
    known: known.get('r'),
    written: bases!.get('r'),
  };
};

describe('What is noted of the config file, at a start', () => {
  it('is no edit where the store knows nothing yet, or the same', () => {
    expect(planned(stored(), note('live'))).to.deep.equal({
      ...{ entries: [], known: at('live', 100), written: at('live', 100) },
    });
    expect(planned(stored(at('live', 7)), note('live'))).to.deep.equal({
      ...{ entries: [], known: at('live', 7), written: undefined },
    });
  });

  it('is an edit from what was in force, when the file says something else', () => {
    const there = stored(at('live', 7), { ...toggle('canary', 8), basedOn: { stage: 'live', percent: 0 } });
    expect(planned(there, note('shadow'))).to.deep.equal({
      entries: ['file canary->shadow 100'],
      ...{ known: at('shadow', 100), written: at('shadow', 100) },
    });
    expect(planned(there, note('absent')).entries).to.deep.equal(['removed canary->legacy 100']);
    const others = { ...stored(), bases: new Map([['q', at('live', 1)]]) };
    expect(
      planned(others, note('live', { says: new Map([['r', { stage: 'live', percent: 0 }]]) })).entries,
    ).to.include('added legacy->live 100');
  });

  it('is nothing of a route whose entry is broken', () => {
    const broken = new Set(['r']);
    expect(planned(stored(at('live', 7)), note('absent', { broken }))).to.deep.equal({
      ...{ entries: [], known: undefined, written: undefined },
    });
    expect(planned(stored(at('live', 7)), note('shadow', { broken }))).to.deep.equal({
      ...{ entries: [], known: at('shadow', 100), written: undefined },
    });
  });
});

describe('What is noted of the config file, later', () => {
  const own = at('legacy', 7);
  const twice = [edit('legacy', 'live', 10), edit('live', 'legacy', 11)];

  it('is each edit in its order, also there and back, when no other facade has told', () => {
    expect(planned(stored(own), note('legacy', { own, edits: twice }))).to.deep.equal({
      entries: ['file legacy->live 10', 'file live->legacy 11'],
      ...{ known: at('legacy', 11), written: at('legacy', 11) },
    });
  });

  it('is later than the toggle that it ends and the edit before, whatever the clocks say', () => {
    const there = stored(at('legacy', 7), toggle('live', 60));
    expect(planned(there, note('legacy', { own, edits: twice }))).to.deep.equal({
      entries: ['file legacy->live 61', 'file live->legacy 62'],
      ...{ known: at('legacy', 62), written: at('legacy', 62) },
    });
  });

  it('is not told again when another facade has, in whole or in part', () => {
    expect(planned(stored(at('legacy', 12)), note('legacy', { own, edits: twice }))).to.deep.equal({
      ...{ entries: [], known: at('legacy', 12), written: undefined },
    });
    expect(planned(stored(at('live', 12)), note('legacy', { own, edits: twice })).entries).to.deep.equal([
      'file live->legacy 13',
    ]);
  });

  it('is told by the facade itself when the store lost what was noted', () => {
    const edits = [edit('legacy', 'live', 10)];
    for (const there of [stored(), stored(at('shadow', 3))])
      expect(planned(there, note('live', { own, edits })).entries).to.deep.equal(['file legacy->live 10']);
    for (const there of [stored(), stored(at('shadow', 3))])
      expect(planned(there, note('legacy', { own }))).to.deep.equal({
        entries: [],
        known: own,
        written: own,
      });
  });

  it('is no edit where another facade has another file: each keeps its own', () => {
    expect(planned(stored(at('live', 9)), note('legacy', { own }))).to.deep.equal({
      ...{ entries: [], known: own, written: undefined },
    });
  });

  it('ends the toggle of a route that was taken out and put back', () => {
    const there = stored(own, toggle('live', 9));
    const out = planned(there, note('absent', { own, edits: [edit('live', 'absent', 5)] }));
    expect(out.entries).to.deep.equal(['removed live->legacy 10']);
    expect(out.written).to.deep.equal({ ...ABSENT, at: 10 });
    const back = planned(
      stored(out.written, toggle('live', 9)),
      note('legacy', { own: out.written!, edits: [edit('absent', 'legacy', 6)] }),
    );
    expect(back.entries).to.deep.equal(['added legacy->legacy 11']);
  });

  it('is one entry an edit, however many facades see it, and in whatever order they tell', () => {
    const stage = fc.constantFrom('legacy' as const, 'shadow' as const, 'live' as const);
    const files = fc.array(stage, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(files, fc.array(fc.nat(2)), (seen, turns) => {
        const edits = seen.flatMap((to, index) => {
          const from = seen[index - 1] ?? 'legacy';
          return from === to ? [] : [edit(from, to, 10 + index)];
        });
        let there: Stored = stored(at('legacy', 1));
        const facades = Array.from({ length: 3 }, () => ({ heard: there.bases, told: 0 }));
        const written: string[] = [];
        /** A facade tells of the edits that it has seen by now. */
        const tell = (facade: (typeof facades)[number], until: number) => {
          const news = edits.slice(facade.told, until);
          const says = edits[until - 1]?.to ?? position('legacy');
          const plan = planNote(there, note(says.stage, { heard: facade.heard, edits: news }));
          there = { ...there, bases: new Map([...there.bases, ...plan.bases!]) };
          written.push(...plan.entries.map((entry) => JSON.stringify([entry.from.stage, entry.to.stage])));
          facade.heard = plan.known;
          facade.told = until;
        };
        // All of them were away until the last edit: the first to tell has the whole story.
        for (const turn of [...turns, 0, 1, 2]) tell(facades[turn]!, edits.length);
        expect(written).to.deep.equal(
          edits.map(fileChange).map((entry) => JSON.stringify([entry.from.stage, entry.to.stage])),
        );
        for (const { heard } of facades) expect(heard.get('r')).to.deep.equal(there.bases.get('r'));
      }),
    );
  });
});
