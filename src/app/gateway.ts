import type { Server } from 'node:http';
import type { Config } from '../config/index.ts';
import { createAdminServer } from '../http/admin.ts';
import { boundConnections } from '../http/connections.ts';
import { listen, listenBoth } from '../http/listen.ts';
import { GRAPHQL_PATH } from '../http/server.ts';
import type { Shown } from '../observe/observation.ts';
import type { Sandbox } from '../sandbox/server.ts';
import { assemble } from './assemble.ts';
import { startEmbeddedSandbox } from './sandbox.ts';
import type { Lead, Surroundings } from './surroundings.ts';
import { warnOfSettings } from './warnings.ts';

/** A running gateway. */
export interface Gateway {
  /** Where GraphQL is served. */
  readonly url: string;
  /** Where health and metrics are served: `http://{host}:{port}`. */
  readonly adminUrl: string;
  /** The platform it asks: a tenant's, or the embedded sandbox. */
  readonly platform: 'tenant' | 'sandbox';
  /**
   * Says that it is no longer ready, serves on for `SHUTDOWN_DELAY_SECONDS`, then stops accepting, lets what is under way
   * finish (10 seconds at most), and closes everything, health last.
   */
  close(): Promise<void>;
}

/** One of several processes that serve one port: its primary has the admin port. */
export interface WorkerGateway extends Pick<Gateway, 'url' | 'close'> {
  /** What the primary shows of it. */
  readonly shown: Pick<Shown, 'health' | 'report'>;
}

/**
 * Puts the gateway together and starts it.
 *
 * @throws when a port is taken, the list of operations cannot be used, or the sandbox's data or faults are malformed
 */
export async function startGateway(config: Config, surroundings: Surroundings): Promise<Gateway> {
  const sandbox = config.platform === null ? await startEmbeddedSandbox(config, surroundings.clock) : null;
  try {
    return await startBehind(config, sandbox, surroundings);
  } catch (error) {
    // A port that is taken must end the process, not leave it hanging on what was started before.
    await sandbox?.close();
    throw error;
  }
}

async function startBehind(config: Config, sandbox: Sandbox | null, surroundings: Surroundings): Promise<Gateway> {
  const { server, shown, close, end } = await assemble(config, sandbox, surroundings);
  const admin = createAdminServer({ health: shown.health, metrics: shown.metrics });
  const { host, port, adminPort } = config.http;
  const [publicUrl, adminUrl] = await listenBoth(
    [server, { host, port, variable: 'PORT' }],
    [admin, { host, port: adminPort, variable: 'ADMIN_PORT' }],
  ).catch(async (error: unknown) => {
    await end();
    await closeServer(admin);
    throw error;
  });
  warnOfSettings(config, surroundings.logger);

  return {
    url: `${publicUrl}${GRAPHQL_PATH}`,
    adminUrl,
    platform: sandbox === null ? 'tenant' : 'sandbox',
    async close() {
      await close();
      await closeServer(admin);
      await sandbox?.close();
    },
  };
}

/**
 * Starts what one worker serves: the public port, which it shares with the others, over what its primary keeps.
 *
 * @throws when the port is taken
 */
export async function startWorkerGateway(
  config: Config,
  surroundings: Surroundings,
  lead: Lead,
): Promise<WorkerGateway> {
  const { server, shown, close, end } = await assemble(config, lead.sandbox, surroundings, lead);
  boundConnections(server, config.http.maxConnections);
  const { host, port } = config.http;
  const publicUrl = await listen(server, { host, port, variable: 'PORT' }).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return { url: `${publicUrl}${GRAPHQL_PATH}`, shown, close };
}

/** Stops listening, and hangs up on everybody. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
