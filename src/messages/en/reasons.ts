import type { Importance, MissingKind } from "../../core/plan/missing.ts";
import type { Risk } from "../../core/plan/plan.ts";
import type { Widen } from "../widen.ts";

/** Why something is there, what is dangerous about it, and what kind of thing is missing; English. */
export const reasonsEn = {
	reasons: {
		traced: (calls: string, program: string) =>
			program ? `${program} used it (${calls})` : `the application used it (${calls})`,
		neededBy: (by: string) => `library of ${by}`,
		interpreterOf: (by: string) => `interpreter of ${by}`,
		linkTo: (target: string) => `link to ${target}`,
		partOf: (tree: string) => `part of ${tree}, which the application uses`,
		parentOf: (child: string) => `holds ${child}`,
		rule: (rule: string, value: string) => `you asked for it (${rule} ${value})`,
		trial: (round: number, call: string) => `found missing in trial round ${round} (${call})`,
		shared: {
			data: (example: string) => `content that stays the host's; ${example} was read`,
			certificates: (example: string) => `certificates that may be renewed on the host; ${example} was read`,
			socket: (example: string) => `a service of the host listens there: ${example}`,
		},
		account: "written anew: only the accounts and name services that are needed",
		loaderCache: "written anew: where the libraries are",
		launcher: "the launcher needs it",
		serviceDirectory: "a directory that the service is given before it starts",
		edited: "configuration that was added in the cage itself",
		unneeded: (probes: number, exercises: number, date: string) =>
			`left out: proven unnecessary by ${probes} ${probes === 1 ? "probe" : "probes"} and ${exercises} ${exercises === 1 ? "exercise" : "exercises"} on ${date}`,
	},
	risks: {
		secret: "secret",
		setuid: "setuid",
		device: "device that needs your consent",
		"world-writable": "writable by everybody",
		state: "state",
		"refused-device": "device that leads out of any cage",
		large: "large",
		home: "from a home directory",
	} satisfies Record<Risk, string>,
	missingKinds: {
		absent: "not in the cage",
		noexec: "what is written there cannot be executed",
		"owner-or-mode": "owner or mode does not allow it",
		"read-only": "not writable",
		capability: "capability not kept",
		filtered: "call is filtered",
		"kernel-file": "file of the kernel",
		account: "account that it does not know",
	} satisfies Record<MissingKind, string>,
	/** Why something that is missing stands where it does in the list. */
	importances: {
		said: "the application said so: {line}",
		"error-said": "the application said this error: {line}",
		"last-call": "the application ended {before} failed calls later",
		veryLast: "the last call that failed before the application ended",
		configuration: "configuration",
		library: "a library",
		package: "belongs to its package {package}",
		other: "nothing speaks for it",
		noise: "applications mostly live without it",
		ofPackage: "{what} of its package {package}",
	} satisfies Record<Importance["level"] | "veryLast" | "ofPackage", string>,
	accountReasons: {
		"started-as": "the application starts as it",
		"switched-to": "the application switches to it",
		"owns-files": "owns files of the application",
		"looked-up": "the application asks for it by name",
		chosen: "chosen by the administrator",
		dedicated: "the cage has it for itself",
		"group-of-account": "group of a kept account",
	} as Record<string, string>,
};

export type ReasonMessages = Widen<typeof reasonsEn>;
