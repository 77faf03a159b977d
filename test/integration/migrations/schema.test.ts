import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { schemaDown, schemaStatus, schemaUp } from '../../../migrations/schema/migrations.ts';
import { asAdmin, createDatabase, type TestDatabase } from '../../support/services.ts';

describe('schema migrations of a service', () => {
  let database: TestDatabase;
  let directory: string;
  const write = (name: string, text: string) => writeFile(path.join(directory, name), text);
  const options = () => ({ url: database.url, directory });

  beforeEach(async () => {
    database = await createDatabase('schema');
    directory = await mkdtemp(path.join(tmpdir(), 'schema-'));
    const table = (name: string) => `import type { Knex } from 'knex';
      export async function up(knex: Knex) { await knex.schema.createTable('${name}', (t) => t.bigInteger('id').primary()); }
      export async function down(knex: Knex) { await knex.schema.dropTable('${name}'); }`;
    await write('001-first.ts', table('first'));
    await write('002-second.ts', table('second'));
  });
  afterEach(async () => {
    await database.drop();
    await rm(directory, { recursive: true });
  });

  it('goes up, says what stands, and takes the newest batch back', async () => {
    expect(await schemaStatus(options())).to.deep.equal({
      done: [],
      pending: ['001-first.ts', '002-second.ts'],
    });
    expect(await schemaUp(options())).to.deep.equal(['001-first.ts', '002-second.ts']);
    expect(await schemaUp(options())).to.deep.equal([]);
    await asAdmin(`INSERT INTO ${database.name}.second VALUES (1)`);
    expect(await schemaStatus(options())).to.deep.equal({
      done: ['001-first.ts', '002-second.ts'],
      pending: [],
    });
    expect(await schemaDown(options())).to.have.members(['001-first.ts', '002-second.ts']);
    expect(await schemaStatus(options())).to.deep.equal({
      done: [],
      pending: ['001-first.ts', '002-second.ts'],
    });
  });

  it('names the file that has no down, before anything runs', async () => {
    await write('003-third.ts', 'export async function up() {}');
    const error = await failure(schemaUp(options()));
    expect(error).to.include({ code: 'MIGRATION_INVALID' });
    expect(error.message).to.include('003-third.ts');
    await rm(path.join(directory, '003-third.ts'));
    expect((await schemaStatus(options())).done).to.deep.equal([]);
  });

  it('names the file that failed, and keeps what ran before it', async () => {
    await write(
      '003-third.ts',
      "export async function up(knex) { await knex.raw('nonsense'); }\nexport async function down() {}",
    );
    const error = await failure(schemaUp(options()));
    expect(error).to.include({ code: 'MIGRATION_FAILED' });
    expect(error.message).to.match(/003-third\.ts failed going up/);
    expect((await schemaStatus(options())).done).to.deep.equal(['001-first.ts', '002-second.ts']);
  });

  it('says that the folder is not there, and that the password is wrong', async () => {
    expect(await failure(schemaUp({ ...options(), directory: '/nowhere' }))).to.include({
      code: 'MIGRATION_INVALID',
    });
    const url = new URL(database.url);
    url.password = 'wrong';
    expect(await failure(schemaUp({ ...options(), url: url.href }))).to.include({
      code: 'DATABASE_ACCESS_DENIED',
    });
  });
});

async function failure(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => expect.fail('expected an error'),
    (error) => error,
  );
}
