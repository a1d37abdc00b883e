#!/usr/bin/env node
/** `countersign …` after `npm link` or in the image: the operators' command line, with the packages and the Node that it needs. */
process.env.INIT_CWD = process.cwd();
process.argv.splice(2, 0, 'runtime/cli/main.ts');
await import('./bootstrap.mjs');
