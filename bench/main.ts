/** Runs benchmarks by name: `npm run bench -- facade copy`; all of them without a name. */
const BENCHES = ['facade', 'routes', 'toggles', 'shadow', 'copy'];

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = wanted.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`Found benchmark ${unknown.join(', ')}, expected one of: ${BENCHES.join(', ')}.\n`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : BENCHES) {
  const { run } = (await import(`./${name}.ts`)) as { run: () => Promise<void> };
  process.stdout.write(`\n== ${name}\n`);
  await run();
}
