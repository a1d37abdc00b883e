import type { Command } from 'commander';
import type { Examination, Examined } from '../doctor/doctor.ts';
import type { Finding } from '../doctor/finding.ts';
import { perform, type Outcome } from './terminal.ts';

type Options = { json?: boolean; fix?: boolean; thorough?: boolean };

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('look for what is wrong, and mend it')
    .description(
      'Looks at connections, settings, schema, running bookings and their workflows, claims, envelopes, facts, documents, the audit ' +
        'trail and the clock. Each finding says what is wrong, why it matters and what to do. Looking changes nothing.',
    )
    .option('--fix', 'mend what can be mended without a decision')
    .option('--thorough', 'read every document, not only the newest thousand')
    .option('--json', 'one JSON object instead of words')
    .addHelpText('after', '\nExit codes: 0 nothing is wrong; 1 something is (after mending: still); 2 wrong usage.')
    .action((options: Options, command: Command) =>
      perform(command, options, async (report) => {
        const [{ examine }, { openPlace }] = await Promise.all([import('../doctor/doctor.ts'), import('../place.ts')]);
        const { config, migrationUrl, close } = await openPlace({ report, whenNothingRuns: 'refuse' });
        try {
          const { fix = false, thorough = false } = options;
          return outcomeOf(await examine(config, { ownerUrl: migrationUrl, fix, thorough }), fix);
        } finally {
          await close();
        }
      }),
    );
}

/** Warnings are told, but do not fail a nightly run. */
function outcomeOf({ checks, leftOut }: Examination, fix: boolean): Outcome {
  const findings = checks.flatMap((check) => check.findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const canBeMended = findings.filter(({ mend }) => mend).length;
  const lines = [
    ...checks.flatMap(linesOf),
    ...(leftOut.length > 0 ? [`Not looked at, because that needs what cannot be reached: ${leftOut.join(', ')}.`] : []),
    findings.length === 0
      ? 'Nothing is wrong.'
      : `${errors} to mend, ${findings.length - errors} to know.${!fix && canBeMended > 0 ? ` countersign doctor --fix mends ${canBeMended}.` : ''}`,
  ];
  const data = {
    errors,
    warnings: findings.length - errors,
    checks: checks.map((check) => ({
      name: check.name,
      findings: check.findings.map(asData),
      mended: check.mended.map(asData),
    })),
    leftOut,
  };
  return { fine: errors === 0, lines, data };
}

function linesOf({ title, findings, mended }: Examined): string[] {
  if (findings.length === 0 && mended.length === 0) return [`✓ ${title}`];
  return [
    ...mended.map(({ what }) => `✓ mended: ${what}`),
    ...findings.flatMap(({ severity, what, why, todo, ids = [] }) => [
      `${severity === 'error' ? '✗' : '!'} ${what}`,
      `    ${why}`,
      `    → ${todo}`,
      ...(ids.length > 1 ? [`    ${ids.slice(0, 10).join(' ')}${ids.length > 10 ? ' …' : ''}`] : []),
    ]),
  ];
}

function asData({ severity, what, why, todo, ids = [], mend }: Finding) {
  return { severity, what, why, todo, ids, mendable: mend !== undefined };
}
