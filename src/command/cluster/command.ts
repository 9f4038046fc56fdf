/** What the commands about a Gateway's revisions share. */
import { UsageError } from '../../config/flag.ts';
import { namespacedName } from '../../config/value.ts';
import { ApiError } from '../../kube/error.ts';
import type { Console } from '../command.ts';
import { type ClusterSettings, type Connection, connectionTo } from './connection.ts';
import { type ControllerApi, ControllerError, controllerOf } from './controller-api.ts';

/** Runs with a connection that is closed afterwards. What the cluster or the controller refuses is told; exit code 1. */
export async function inCluster(
  name: string,
  settings: ClusterSettings,
  console: Console,
  work: (connection: Connection) => Promise<number>,
): Promise<number> {
  const connection = await connectionTo(settings);
  try {
    return await work(connection);
  } catch (error) {
    if (!(error instanceof ControllerError || error instanceof ApiError)) throw error;
    console.err(`headgate ${name}: ${error.message}\n`);
    return 1;
  } finally {
    await connection.client.close();
  }
}

/** The same with the controller. */
export function withController(
  name: string,
  settings: ClusterSettings,
  console: Console,
  work: (controller: ControllerApi) => Promise<number>,
): Promise<number> {
  return inCluster(name, settings, console, async (connection) => work(await controllerOf(connection)));
}

/** Throws a UsageError. */
export function gatewayArgument(text: string): string {
  const result = namespacedName.safeParse(text);
  if (result.success) return result.data;
  throw new UsageError(`GATEWAY: ${JSON.stringify(text)} ${result.error.issues[0]!.message}`);
}
