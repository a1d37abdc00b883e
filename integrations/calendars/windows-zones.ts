export const windowsZones: Readonly<Record<string, string>> = {};
