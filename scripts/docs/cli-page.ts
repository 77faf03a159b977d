/** docs/reference/cli.md, made from the command itself so that it cannot drift. */
import { createProgram } from '../../cli/program.ts';

type Program = ReturnType<typeof createProgram>;

const HEAD = `# The command

\`strangler\` is a client of the facade's and the worker's admin APIs, and the start of each process. This page is made from
the command itself (\`node --conditions=source scripts/docs/write-cli.ts\`); a test holds the two against each other.

Every command takes \`--config FILE\` (default: \`$STRANGLER_CONFIG\`, else \`strangler.yaml\` in the working directory) and
\`--json\`. The admin APIs are asked with the token in \`$STRANGLER_ADMIN_TOKEN\` ([roles](admin-api.md#roles)); the history
names its holder, and beside it \`$STRANGLER_ACTOR\`, else the user's name.

A command that asks an admin API reads \`facade.admin\` and \`worker.admin\` from the config, and works while the rest of the
file is invalid or names variables that are not set in this shell; it says so on standard error. With \`--admin URL\` it
needs no file.

| exit code | means |
|---|---|
| 0 | done; for comparisons and verifications: equal |
| 1 | different: answers differ, rows differ, a plan is blocked, a data group failed, an audit is broken |
| 2 | usage: the command line, the config or a file is wrong, or a step is not allowed |
| 3 | inconclusive: a gate did not pass, nothing was compared |
| 4 | unreachable: a database, Redis, an admin API or an upstream does not answer |
| 70 | internal: a defect of the kit; please report it |

`;

/** The page's text. */
export function cliPage(): string {
  const nothing = () => {};
  const program = createProgram(
    { env: {}, print: nothing, json: nothing, warn: nothing, progress: nothing },
    nothing,
  );
  return `${HEAD}${commandsOf(program)
    .map(([name, command]) => section(name, command))
    .join('\n')}`;
}

function commandsOf(parent: Program, prefix = 'strangler'): [string, Program][] {
  return parent.commands.flatMap((command): [string, Program][] => {
    const name = `${prefix} ${command.name()}`;
    return command.commands.length > 0 ? commandsOf(command as Program, name) : [[name, command as Program]];
  });
}

function section(name: string, command: Program): string {
  const args = command.registeredArguments.map((one) =>
    one.required ? `<${one.name()}>` : `[${one.name()}]`,
  );
  const own = command.options.filter(({ long }) => long !== '--config' && long !== '--json');
  const rows = own.map(({ flags, description, mandatory, defaultValue, defaultValueDescription }) => {
    const more = mandatory
      ? '; required'
      : defaultValue === undefined
        ? ''
        : `; default ${defaultValueDescription ?? defaultValue}`;
    return `- \`${flags}\`: ${description}${more}`;
  });
  const list = rows.length > 0 ? `\n\n${rows.join('\n')}` : '';
  return `## ${[name, ...args].join(' ')}\n\n${capital(command.description())}.${list}\n`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
