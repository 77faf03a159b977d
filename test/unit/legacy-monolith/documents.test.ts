import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

describe('legacy monolith: its documents', () => {
  it('list every endpoint that the routers have', () => {
    const documented = read('docs/reference/legacy-api.md').replaceAll(/:\w+/g, ':x');
    const routers = readdirSync(new URL('legacy-monolith/routes', root)).map((file) =>
      read(`legacy-monolith/routes/${file}`),
    );
    const endpoints = routers.flatMap((text) =>
      [...text.matchAll(/\.(?:get|post|put|patch|delete)\('([^']+)'/g)].map((match) =>
        match[1]!.replaceAll(/:\w+/g, ':x'),
      ),
    );
    expect(endpoints.length).to.be.greaterThan(40);
    expect(endpoints.filter((path) => !documented.includes(path))).to.deep.equal([]);
  });

  it('number the quirks without a gap and name only columns that exist', () => {
    const quirks = read('legacy-monolith/QUIRKS.md');
    const numbers = [...quirks.matchAll(/^(\d+)\. \*\*/gm)].map((match) => Number(match[1]));
    expect(numbers).to.deep.equal(Array.from({ length: numbers.length }, (_, i) => i + 1));
    expect(numbers.length).to.be.at.least(20);
    const schema = read('legacy-monolith/seed/schema.sql');
    const names = [
      ...quirks.matchAll(/`((?:tbl|prd|ord|cat|pay|cust|inv|chg|exp|shp|ln|rev|cty|tax|reg)_\w+)/g),
    ];
    expect(names.length).to.be.greaterThan(40);
    const exist = (name: string) => new RegExp(`\\b${name}\\b`).test(schema);
    expect(names.map((match) => match[1]!).filter((name) => !exist(name))).to.deep.equal([]);
  });
});
