#!/usr/bin/env node
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { tuneCollector } from './app/collector.ts';
import { startGateway, type Gateway } from './app/gateway.ts';
import type { Surroundings } from './app/surroundings.ts';
import { parseCommand, USAGE } from './cli.ts';
import { ConfigError, describeConfig, loadConfig, processEnvironment, type Config } from './config/index.ts';
import { systemClock } from './domain/clock.ts';
import { explainOperation } from './graphql/explain.ts';
import { FIRST_OPERATION } from './graphql/firstOperation.ts';
import { loadOperationList } from './graphql/persisted/loadList.ts';
import { printSdl } from './graphql/sdl.ts';
import { failureOf } from './observe/failure.ts';
import { createLogDestination } from './observe/logDestination.ts';
import { createLogger, type Logger } from './observe/logger.ts';
import { watchProcess } from './observe/processMetrics.ts';
import { parseFaults } from './sandbox/faults.ts';
import { startSandbox } from './sandbox/server.ts';

/** The process: arguments, signals and the exit code. */

const env = processEnvironment();
const command = parseCommand(process.argv.slice(2));

try {
  switch (command.name) {
    case 'serve':
      await serve();
      break;
    case 'sandbox':
      await serveSandbox();
      break;
    case 'check-config':
      // First what would be used, then what is wrong with it: an operator wants both.
      print(JSON.stringify(describeConfig(env), null, 2));
      await check(loadConfig(env));
      print('The configuration is complete.');
      break;
    case 'print-schema':
      print(printSdl(command));
      break;
    case 'explain':
      await explain(command);
      break;
    case 'help':
      print(USAGE);
      break;
    case 'version':
      print(packageVersion());
      break;
    case 'unknown':
      process.stderr.write(`${command.problem}\n\n${USAGE}`);
      process.exitCode = 2;
  }
} catch (error) {
  fail(error);
}

async function serve(): Promise<void> {
  const config = loadConfig(env);
  tuneCollector(availableParallelism() / config.workers);
  const logger = createLogger({ level: config.logLevel, destination: createLogDestination() });
  logCrashes(logger);
  if (cluster.isWorker) {
    const { runWorker } = await import('./cluster/worker.ts');
    process.exit(await runWorker(config, surroundings(logger)));
  }
  const gateway = await startAll(config, surroundings(logger));
  // Before anything is printed: who waits for the line may send the signal at once.
  closeOnSignal(gateway, logger);
  logger.info(
    { url: gateway.url, adminUrl: gateway.adminUrl, platform: gateway.platform, auth: config.auth.mode },
    'listening',
  );
  if (config.explorer !== 'off') print(welcome(gateway.url));
}

/** In this process, or in several. */
async function startAll(config: Config, around: Surroundings): Promise<Gateway> {
  if (config.workers === 1) return startGateway(config, around);
  const { startPrimary } = await import('./cluster/primary.ts');
  return startPrimary(config, around);
}

async function serveSandbox(): Promise<void> {
  const { http, sandbox, logLevel } = loadConfig(env);
  const platform = await startSandbox({ ...sandbox, host: http.host, now: () => systemClock.now() });
  closeOnSignal(platform, createLogger({ level: logLevel }));
  const { clientKey, clientSecret, tillUsername, tillPassword } = platform.credentials;
  print(`The sandbox platform serves at ${platform.url}

  CAPILLARY_BASE_URL=${platform.url}
  CAPILLARY_CLIENT_KEY=${clientKey}
  CAPILLARY_CLIENT_SECRET=${clientSecret}

or, instead of the OAuth client:

  CAPILLARY_TILL_USERNAME=${tillUsername}
  CAPILLARY_TILL_PASSWORD=${tillPassword}
`);
}

/** What only shows when it is used: the sandbox's faults, and the list of operations. */
async function check(config: Config): Promise<void> {
  parseFaults(config.sandbox.faults);
  await loadOperationList(config);
}

/** What nobody caught ends the process, as it would by itself; Node's own words of it may quote anything. */
function logCrashes(logger: Logger): void {
  // A promise that nobody heard comes here too.
  process.on('uncaughtException', (error: unknown) => {
    logger.fatal({ failure: failureOf(error) }, 'crashed');
    process.exit(1);
  });
}

/** The first signal ends in good order; a second one, at once. */
function closeOnSignal(running: { close(): Promise<void> }, logger: Logger): void {
  let isClosing = false;
  const close = (signal: NodeJS.Signals) => {
    if (isClosing) process.exit(1);
    isClosing = true;
    logger.info({ signal }, 'closing');
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ failure: failureOf(error) }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}

/** Prints what an operation would cost and may; ends with 1 where it would be refused for its price. */
async function explain({ file, variables }: { readonly file: string; readonly variables: string }): Promise<void> {
  const config = loadConfig(env);
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  const given: unknown = JSON.parse(variables);
  const list = await loadOperationList(config);
  const price = await explainOperation({
    ...config,
    text,
    variables: given as Record<string, unknown>,
    list,
    maxListedCalls: config.operations.maxPlatformCalls,
  });
  print(JSON.stringify(price));
  if (price.planned > price.allowed) process.exitCode = 1;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function surroundings(logger: Logger): Surroundings {
  return { clock: systemClock, logger, random: Math.random, processMetrics: watchProcess() };
}

function welcome(url: string): string {
  return `
Explore the graph in a browser:  ${url}

or paste into a terminal:

  curl -s ${url} -H 'content-type: application/json' \\
    -d '${JSON.stringify({ query: FIRST_OPERATION.replace(/\s+/g, ' ').trim() })}'
`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `${reasonOf(error)}\n`);
  process.exitCode = 1;
}

/** A failed start has no callers yet: its message is the operator's own configuration. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The start failed.';
}
