import { remember } from '../device.ts';

export type Scheme = 'system' | 'light' | 'dark';

/** Light, dark, or as the system has it: an attribute on the document, remembered on this device. */
class SchemeChoice {
  value: Scheme = $state(read());

  set(value: Scheme): void {
    this.value = value;
    if (value === 'system') delete document.documentElement.dataset['scheme'];
    else document.documentElement.dataset['scheme'] = value;
    remember('scheme', value === 'system' ? null : value);
  }
}

function read(): Scheme {
  const value = document.documentElement.dataset['scheme'];
  return value === 'light' || value === 'dark' ? value : 'system';
}

export const scheme = new SchemeChoice();
