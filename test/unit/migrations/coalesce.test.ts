import { expect } from 'chai';
import fc from 'fast-check';
import { coalesce, type RowEvent } from '../../../migrations/write/change.ts';

type Model = Map<string, string>;

/** Random histories that a real binlog could have: inserts of absent keys, changes and deletions of present ones. */
const history = fc
  .array(
    fc.record({
      act: fc.constantFrom('insert', 'update', 'move', 'delete'),
      key: fc.nat(5),
      other: fc.nat(5),
      value: fc.nat(9),
    }),
  )
  .map((steps) => {
    const model: Model = new Map();
    const events: RowEvent[] = [];
    const row = (id: number) => ({ id: String(id), v: model.get(String(id))! });
    for (const { act, key, other, value } of steps) {
      const [id, to] = [String(key), String(other)];
      if (act === 'insert' && !model.has(id)) {
        model.set(id, String(value));
        events.push({ table: 't', after: row(key) });
      } else if (act === 'delete' && model.has(id)) {
        events.push({ table: 't', before: row(key) });
        model.delete(id);
      } else if (act === 'update' && model.has(id)) {
        const before = row(key);
        model.set(id, String(value));
        events.push({ table: 't', before, after: row(key) });
      } else if (act === 'move' && model.has(id) && !model.has(to)) {
        const before = row(key);
        model.set(to, model.get(id)!);
        model.delete(id);
        events.push({ table: 't', before, after: row(other) });
      }
    }
    return { events, model };
  });

describe('folding many changes into one', () => {
  it('has the same effect as the changes one after the other, whatever the history', () => {
    fc.assert(
      fc.property(history, ({ events, model }) => {
        const net = coalesce(events, () => ['id']).get('t') ?? new Map();
        const touched = new Set(
          events.flatMap(({ before, after }) => [before?.id, after?.id]).filter((id) => id !== undefined),
        );
        expect(net.size).to.equal(touched.size);
        for (const [key, { last, deleted }] of net) {
          const [id] = JSON.parse(key) as [string];
          expect(deleted).to.equal(!model.has(id));
          if (!deleted) expect(last.v).to.equal(model.get(id));
        }
      }),
    );
  });
});
