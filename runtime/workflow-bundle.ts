import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';

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
    writeFileSync(aside, code);
    renameSync(aside, codePath);
  }
  return { codePath };
}

function hashOf(root: string): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const entry of readdirSync(join(root, 'workflows'), { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.ts')) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex').slice(0, 16);
}
