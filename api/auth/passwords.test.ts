import { describe, expect, it } from 'vitest';
import { refuseWeakPassword } from './passwords.ts';

const ada = ['ada.lovelace@example.org', 'Ada Lovelace', 'Analytical Engines'];

describe('a new password', () => {
  it.each([
    'password1',
    'PASSWORD1',
    'qwertyuiop',
    '12345678',
    'iloveyou1',
    '\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18',
  ])('that leaked a thousand times is refused, however it is written: %s', async (password) => {
    await expect(refuseWeakPassword(password, [])).rejects.toMatchObject({ code: 'password_too_common' });
  });

  it.each(['lovelace1815', 'Analytical-1', 'adalovelace', 'countersign!', 'ada.lovelace@example.org'])(
    'that is made of what everybody knows of the account is refused: %s',
    async (password) => {
      await expect(refuseWeakPassword(password, ada)).rejects.toMatchObject({
        code: 'password_too_common',
        detail: { errors: [{ field: 'password' }] },
      });
    },
  );

  it.each(['correct horse battery', 'lovelace and the looms', 'ünïcödé ist gut', '2f9c1b7e'])(
    'of one’s own is taken, without rules about its letters: %s',
    async (password) => {
      await expect(refuseWeakPassword(password, ada)).resolves.toBeUndefined();
    },
  );
});
