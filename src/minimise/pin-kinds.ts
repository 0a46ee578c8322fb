/** Why a file is kept without a trial. Firm pins cannot be lifted, soft ones can. */
const firmPins = ["program", "needed", "accounts", "rule", "edited", "kept"] as const;
/**
 * Files that no probe misses, but a user would: code that an interpreter loads later, the local time and language of log
 * messages, name look-ups, certificates next to a private key, configuration without a package.
 */
export const softPins = ["interpreter", "time-zone", "locale", "name-service", "tls", "configuration"] as const;

export type SoftPin = (typeof softPins)[number];
export const pinKinds = [...firmPins, ...softPins] as const;
export type PinKind = (typeof pinKinds)[number];
