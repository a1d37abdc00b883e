import type { Command } from 'commander';
import { perform } from './terminal.ts';

export function addSeed(program: Command): void {
  program
    .command('seed')
    .summary('make the demo host, or find it')
    .description(
      'Makes a host to try things with: weekly hours, an NDA template, a meeting type with it and one without. A second call ' +
        'finds everything as it was left. The password is random, and kept in the state folder.',
    )
    .option('--json', 'one JSON object instead of words')
    .action((options: { json?: boolean }, command: Command) =>
      perform(command, options, async (report) => {
        const [{ openPlace }, { seedDemo }] = await Promise.all([import('../place.ts'), import('../seed.ts')]);
        const { config, close } = await openPlace({ report, whenNothingRuns: 'start' });
        try {
          const demo = await seedDemo(config);
          const pages = [`${config.http.publicUrl}/demo/founder-meeting`, `${config.http.publicUrl}/demo/intro`];
          const lines = [`The demo host is ${demo.email}, password ${demo.password}.`, ...pages];
          return { fine: true, lines, data: { ...demo, pages } };
        } finally {
          await close();
        }
      }),
    );
}
