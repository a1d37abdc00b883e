import { hostEn, type HostMessages } from './host-en.ts';

export const hostDe: HostMessages = hostEn;
