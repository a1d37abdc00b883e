import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';

/**
 * The SDK notes where each promise was made, all callers, each looked up in the source map: a quarter of what a workflow's thread does. Where it happened and
 * who asked for it are enough here; it has to be said before the SDK freezes what workflows share.
 */
const fewFrames = 'Error.stackTraceLimit = 2; ';

/** The workflows as one file, made once for each state of their sources: a worker then starts without bundling. */
export async function workflowBundle(root: string): Promise<WorkflowBundleOption> {
  const codePath = join(root, 'node_modules', '.cache', `countersign-workflows-${hashOf(root)}.js`);
  if (!existsSync(codePath)) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(root, 'workflows', 'index.ts'),
      workflowInterceptorModules: [join(root, 'workflows', 'tracing.ts')],
    });
    mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true });
    // Two workers may start at once: each writes aside, the last rename wins with equal content.
    const aside = `${codePath}.${process.pid}`;
    writeFileSync(aside, `${fewFrames}${code}`);
    renameSync(aside, codePath);
  }
  return { codePath };
}

function hashOf(root: string): string {
  const hash = createHash('sha256')
    .update(fewFrames)
    .update(readFileSync(join(root, 'package-lock.json')));
  for (const entry of readdirSync(join(root, 'workflows'), { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.ts')) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex').slice(0, 16);
}
