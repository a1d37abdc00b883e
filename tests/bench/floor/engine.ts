import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import { startBeside } from '../load/run.ts';
import type { BenchSystem } from '../system/bench-system.ts';

const taskQueue = 'bench-floor';

export type EngineFloor = {
  /** Update-with-start of a workflow that answers after one local activity that does nothing. */
  answer(): Promise<void>;
  /** A workflow with one local and one ordinary activity that do nothing, from its start to its end. */
  wholeLife(): Promise<void>;
  stop(): void;
};

type FloorPlace = Pick<BenchSystem, 'shared'> & { config: { temporal: { address: string; namespace: string } } };

/** The same engine, asked for as little as possible, with a worker of its own. */
export async function startEngineFloor({ shared, config }: FloorPlace): Promise<EngineFloor> {
  const { address, namespace } = config.temporal;
  const { child } = await startBeside('floor/worker.ts', { address, namespace, taskQueue });
  const { workflow } = shared.temporal;
  return {
    answer: async () => {
      await workflow.executeUpdateWithStart('answer', {
        startWorkflowOperation: new WithStartWorkflowOperation('answerWorkflow', {
          workflowId: `floor-${randomUUID()}`,
          taskQueue,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
        }),
      });
    },
    wholeLife: async () => {
      await workflow.execute('trivialWorkflow', { workflowId: `floor-${randomUUID()}`, taskQueue });
    },
    // The engine's worker would take its time to end by itself.
    stop: () => child.kill('SIGKILL'),
  };
}
