import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Change, ChangeOptions } from '../operators/change-booking.ts';
import { perform } from './terminal.ts';

/** What an operator may do to one booking: the same workflow updates as the dashboard sends. */
export function addBookingChanges(program: Command): void {
  changeCommand(program, { kind: 'resend', done: 'The last mail is on its way again' })
    .summary('send a booking’s last mail again')
    .description('Sends the last mail about a booking again (reminders and codes aside).')
    .addOption(new Option('--to <who>', 'to whom').choices(['guest', 'host', 'both']).default('guest'));
  changeCommand(program, { kind: 'release', done: 'The slot is free again' })
    .summary('let a held slot go')
    .description('Ends a hold: the slot is free at once, the guest is told, the document cannot be signed any more.');
  changeCommand(program, { kind: 'cancel', done: 'The booking is canceled' })
    .summary('cancel a booking')
    .description('Cancels a booking and tells both sides.')
    .option('--reason <words>', 'goes into the mails');
  changeCommand(program, { kind: 'retry', done: 'The step is tried again' })
    .summary('try a stuck step again now')
    .description('Tries the step again that a booking is stuck at, once the cause is gone.');
}

function changeCommand(program: Command, change: Change): Command {
  return program
    .command(change.kind)
    .argument('<booking>', 'id of the booking', bookingId)
    .option('--json', 'one JSON object instead of words')
    .addHelpText('after', '\nExit codes: 0 done; 1 refused, or something could not be reached; 2 wrong usage.')
    .action((id: string, options: ChangeOptions & { json?: boolean }, command: Command) =>
      perform(command, options, async (report) => {
        const { askForChange } = await import('../operators/change-booking.ts');
        return askForChange(change, id, options, report);
      }),
    );
}

function bookingId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be the id of a booking, such as 01931c5e-8a5f-7c0e-9d7b-2f5f6a1b3c4d.');
}
