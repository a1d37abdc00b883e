import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { nothing } from './activities.ts';

/** A worker in a process of its own for the two workflows that do nothing: what the engine itself costs on this machine. */
const { address, namespace, taskQueue } = JSON.parse(process.argv[2] ?? '') as Record<string, string>;
Runtime.install({ logger: new DefaultLogger('ERROR') });
const logger = new DefaultLogger('ERROR');
const workflowBundle = await bundleWorkflowCode({ workflowsPath: join(import.meta.dirname, 'workflow.ts'), logger });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: address ?? '' }),
  namespace: namespace ?? '',
  taskQueue: taskQueue ?? '',
  workflowBundle,
  activities: { nothing },
});
process.on('disconnect', () => process.exit());
process.send?.({});
await worker.run();
