/**
 * Which way things point: the import table of the design, room by room. A type-only import leaves nothing in the running
 * program, so it is allowed where the table says "by type only".
 */
const rooms = {
  domain: { rooms: [], packages: ['luxon'] },
  contract: { rooms: ['domain'], packages: ['zod', 'zod-openapi'] },
  db: {
    rooms: ['domain'],
    packages: ['slonik', '@slonik/[^/]+', 'pg', 'pg-copy-streams', 'zod', '@opentelemetry/api'],
    node: true,
  },
  integrations: { rooms: ['domain'], packages: ['.*'], node: true },
  workflows: { rooms: ['domain'], types: ['activities'], packages: ['@temporalio/(workflow|common)'] },
  activities: { rooms: ['domain', 'db', 'integrations'], types: ['workflows'], packages: ['.*'], node: true },
  api: { rooms: ['contract', 'domain', 'db', 'workflows', 'integrations'], packages: ['.*'], node: true },
  web: {
    rooms: ['contract', 'domain'],
    packages: ['svelte', 'socket.io-client', '@lucide/svelte', '@fontsource.*', 'luxon', 'd3-(scale|shape)'],
  },
};

/** Where a file that needs the forbidden thing belongs. */
const homes = {
  domain: 'A decision takes what it needs as a parameter; the effect belongs in activities/, the query in db/queries/.',
  contract: 'Only schemas live here; what fills them belongs in api/presenters/.',
  db: 'Only SQL lives here; what calls it together with something else belongs in activities/ or api/.',
  integrations:
    'An integration knows nothing of the product: pass in what it needs, and put the joining into activities/.',
  workflows: 'A workflow only orders: put the effect into activities/ and import its type.',
  activities: 'What HTTP needs belongs in api/; names and messages of workflows are imported as types.',
  api: 'What runs without a request belongs in activities/; what starts processes in runtime/.',
  web: 'What the server knows comes through the API: put its shape into contract/.',
};

const isTest = '\\.test\\.ts$';
const isBuildFile = '^web/(vite\\.config|page-files)\\.ts$';
const configuration = '^runtime/(config|settings|logging)\\.ts$';
const all = [...Object.keys(rooms), 'runtime', 'tests'];

const roomRules = Object.entries(rooms).flatMap(([room, may]) => {
  const from = { path: `^${room}/`, pathNot: [isTest, isBuildFile] };
  const byType = may.types ?? [];
  const never = all.filter((other) => other !== room && ![...may.rooms, ...byType].includes(other));
  const mayReadConfiguration = room === 'api' || room === 'activities';
  const rules = [
    {
      name: `${room}-imports-only-its-neighbours`,
      comment: homes[room],
      severity: 'error',
      from,
      to: { path: `^(${never.join('|')})/`, ...(mayReadConfiguration && { pathNot: configuration }) },
    },
    {
      name: `${room}-uses-only-its-packages`,
      comment: `Packages here: ${may.packages.join(', ') || 'none'}. ${homes[room]}`,
      severity: 'error',
      from,
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: may.packages.map((name) => `node_modules/(@types/)?${name}(/|$)`),
      },
    },
  ];
  if (byType.length > 0) {
    rules.push({
      name: `${room}-imports-${byType.join('-')}-by-type-only`,
      comment: `Write \`import type\`. ${homes[room]}`,
      severity: 'error',
      // activities/worker.ts joins workflows and activities into a process, and needs the names of their task queues.
      from: { ...from, pathNot: [...from.pathNot, '^activities/worker\\.ts$'] },
      to: { path: `^(${byType.join('|')})/`, dependencyTypesNot: ['type-only'] },
    });
  }
  if (!may.node) {
    rules.push({
      name: `${room}-does-no-input-or-output`,
      comment: homes[room],
      severity: 'error',
      from,
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    });
  }
  return rules;
});

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'api-takes-only-messages-from-workflows',
      comment: 'Running a workflow is the worker’s part: the api imports its messages and, by type, its function.',
      severity: 'error',
      from: { path: '^api/', pathNot: isTest },
      to: { path: '^workflows/', pathNot: '(messages|names)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one, or a third one is missing that both need.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      comment: 'The file or package is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
    {
      name: 'product-without-test-tools',
      comment: 'A package that the product runs with belongs in dependencies, not in devDependencies.',
      severity: 'error',
      from: { path: `^(${all.filter((room) => room !== 'tests').join('|')})/`, pathNot: [isTest, isBuildFile] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.svelte', '.json', '.css'],
    },
  },
};
