import { VARIABLES, type Values, type VariableName } from './variables.ts';

/** What is wrong with the environment: every problem at once, without the values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : 'problems'}:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Prefixes that only this program's variables have: one we do not know below them is a slip of the pen. */
const OWN_PREFIXES = /^(CAPILLARY|AUTH|FEDERATION|OPERATIONS|SANDBOX)_/;

/**
 * Reads every variable by its form. Problems are gathered, for the caller to add those that lie between variables, and
 * thrown together; until then a malformed variable counts as unset.
 */
export function readValues(env: Readonly<Record<string, string | undefined>>): {
  readonly values: Values;
  /** Whether a variable is set, well or badly. */
  readonly isSet: (name: VariableName) => boolean;
  readonly problems: string[];
  readonly throwIfAny: () => void;
} {
  const problems: string[] = [];
  const entries = Object.entries(VARIABLES).map(([name, variable]) => {
    // An empty line in a file of variables is an unset variable.
    const text = env[name] === '' ? undefined : env[name];
    const given = text ?? ('default' in variable ? variable.default : undefined);
    if (given === undefined) return [name, undefined];
    const result = variable.type.safeParse(given);
    if (result.success) return [name, result.data];
    problems.push(`${name} ${messageOf(result.error.issues[0]?.message ?? 'is malformed')}.`);
    return [name, 'default' in variable ? variable.type.parse(variable.default) : undefined];
  });
  for (const name of Object.keys(env)) {
    if (OWN_PREFIXES.test(name) && !(name in VARIABLES)) problems.push(`${name} is not a variable of this version.`);
  }
  return {
    values: Object.fromEntries(entries) as Values,
    isSet: (name) => (env[name] ?? '') !== '',
    problems,
    throwIfAny: () => {
      if (problems.length > 0) throw new ConfigError(problems);
    },
  };
}

function messageOf(issue: string): string {
  return issue.startsWith('must')
    ? issue
    : `must be one of its values (${issue.replace(/^Invalid option: expected /, '')})`;
}
