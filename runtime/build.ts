import { join } from 'node:path';
import { ensureWebBuilt } from './web-build.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** What `npm start` builds when it is missing, made beforehand: for an image, whose processes may write nothing there. */
const root = join(import.meta.dirname, '..');
const web = await ensureWebBuilt();
process.stdout.write(`Web pages: ${web}.\n`);
const workflows = await workflowBundle(root);
if ('codePath' in workflows) process.stdout.write(`Workflows: ${workflows.codePath}.\n`);
