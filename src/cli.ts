/** What the command line asks for. */
export type Command =
  | { readonly name: 'serve' | 'sandbox' | 'check-config' | 'help' | 'version' }
  | { readonly name: 'print-schema'; readonly federation: boolean }
  | { readonly name: 'explain'; readonly file: string; readonly variables: string }
  | { readonly name: 'unknown'; readonly problem: string };

/** How to call the program. */
export const USAGE = `Usage: loyalty-graph <command>

  serve                       the gateway (the default)
  sandbox                     the sandbox platform alone
  check-config                what would be used, and every problem of the environment
  print-schema [--federation] the graph's SDL, or the Federation subgraph's
  explain <file> [variables]  how many platform calls the operation in a file (- for standard input) would cost;
                              variables as JSON

The configuration is the environment: see the README or .env.example.
`;

/** The command in the arguments behind the program's name. Does nothing itself. */
export function parseCommand([name = 'serve', ...rest]: readonly string[]): Command {
  switch (name) {
    case 'serve':
    case 'sandbox':
    case 'check-config':
      return rest.length === 0 ? { name } : unexpected(rest);
    case 'print-schema': {
      const others = rest.filter((argument) => argument !== '--federation');
      return others.length === 0 ? { name, federation: rest.length > 0 } : unexpected(others);
    }
    case 'explain': {
      const [file, variables = '{}', ...others] = rest;
      if (file === undefined) return { name: 'unknown', problem: 'explain needs a file.' };
      return others.length === 0 ? { name, file, variables } : unexpected(others);
    }
    case 'help':
    case '--help':
    case '-h':
      return { name: 'help' };
    case 'version':
    case '--version':
      return { name: 'version' };
    default:
      return { name: 'unknown', problem: `There is no command ${JSON.stringify(name)}.` };
  }
}

function unexpected(rest: readonly string[]): Command {
  return { name: 'unknown', problem: `Unexpected: ${rest.map((argument) => JSON.stringify(argument)).join(' ')}.` };
}
