import type { Verification } from "../../../core/record/verification.ts";
import type { Widen } from "../../widen.ts";

type Verdict = (file: string, name: string, at: string, generation: number) => string;

const verdicts: Readonly<Record<Verification["verdict"], Verdict>> = {
	"as-written": (file, name, at, generation) =>
		`${file} is a record of ${name} as it was written at ${at}, of generation ${generation}.`,
	changed: (file, name, at) => `${file} was changed: the log of ${name} knows it with another content, written at ${at}.`,
	unlogged: (file, name) =>
		`${file} is what the checksum beside it says, but the log of ${name} knows nothing of it; whoever changed the one could have changed the other.`,
	unknown: (file, name) =>
		`Nothing speaks for ${file}: the log of ${name} does not know it. Write records with --checksum to have that.`,
};

/** What `record` says beside the record itself, English. */
export const recordVerbEn = {
	written: (name: string, path: string) => `The record of ${name} is in ${path}.`,
	checksum: (path: string) => `Its checksum is in ${path}, and in the log of the cage.`,
	askInitiatedBy: "Who initiated this (for the record; Enter leaves it open)?",
	askImplementedBy: "Who implemented it?",
	verdicts,
	sums: (then: string, now: string) => `SHA-256 then: ${then}\nSHA-256 now:  ${now}`,
	besideDiffers: (path: string) => `${path} says something else of it.`,
	current: "The files of the cage are still the same.",
	notCurrent: (name: string) => `The cage has other files since; cagewright record ${name} writes its record as it is now.`,
};

export type RecordVerbMessages = Widen<typeof recordVerbEn>;
