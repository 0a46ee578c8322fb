import { landlockSince } from "../confine/landlock.ts";
import type { Weakness } from "../confine/method.ts";
import type { Permissions } from "../confine/permissions.ts";
import { limitsAbstractSockets, limitsPorts } from "../confine/seccomp/filter-permissions.ts";
import { type Group, groups, type Permission, type StoppingLayer } from "./technique.ts";
import { techniques } from "./techniques.ts";

/**
 * `escaped`: it left the cage. `open`: it left by a permission of the cage. `refused`: the kernel returned an error.
 * `impossible`: there was nothing to try. `failed`: the attempt did not finish.
 */
export const outcomeKinds = ["escaped", "open", "refused", "impossible", "failed"] as const;
export type Result = (typeof outcomeKinds)[number];

export interface Outcome {
	readonly id: string;
	readonly group: Group;
	readonly outcome: Result;
	/** Name of the error, or of the signal that killed the attempt. */
	readonly detail: string;
	readonly stoppedBy: readonly StoppingLayer[];
	readonly opens: readonly Permission[];
}

/** The result that an attempt printed. */
export interface Attempt {
	readonly how: "escaped" | "refused" | "impossible" | "failed" | "killed";
	readonly number: number;
}

/** Parses the attempts by technique. `done` once all are over. */
export function parseAttempts(output: string): { readonly attempts: ReadonlyMap<string, Attempt>; readonly done: boolean } {
	const attempts = new Map<string, Attempt>();
	for (const [, id = "", how, number = "0"] of output.matchAll(attemptLine)) {
		attempts.set(id, { how: how as Attempt["how"], number: Number(number) });
	}
	return { attempts, done: /^# done: .*\n/m.test(output) };
}

/** A line of native/escape.c. */
const attemptLine = /^(?:not )?ok \d+ - ([a-z0-9-]+) (escaped|refused|impossible|failed|killed)(?: (\d+))?\b.*\n/gm;

/** Counts the attempts that left the cage. */
export function escapes(attempts: ReadonlyMap<string, Attempt>): number {
	return [...attempts.values()].filter(({ how }) => how === "escaped").length;
}

/** The cage's permissions, and its launcher's weaknesses. */
export interface CageUnderTest {
	readonly permissions: Permissions;
	readonly network: "host" | "own" | "none";
	readonly weaker: readonly Weakness[];
	/** Version of the kernel's Landlock interface. */
	readonly landlock: number;
}

export function outcomesOf(attempts: ReadonlyMap<string, Attempt>, made: CageUnderTest): Outcome[] {
	return groups.flatMap((group) =>
		techniques[group].map((way) => {
			const opens = (way.opens ?? []).filter((permission) => isOpened(permission, made));
			const one = attempts.get(way.id);
			return {
				id: way.id,
				group,
				outcome: one ? resultOf(one, opens.length > 0) : "failed",
				detail: one && one.how !== "escaped" && one.how !== "impossible" ? detailOf(one) : "",
				stoppedBy: way.stoppedBy.filter((layer) => layer !== "landlock" || made.landlock > 0),
				opens,
			};
		}),
	);
}

function isOpened(permission: Permission, { landlock, network, permissions, weaker }: CageUnderTest): boolean {
	switch (permission) {
		case "network":
			return network === "host";
		case "abstract-sockets": {
			const isLimited = landlock >= landlockSince.scopes && limitsAbstractSockets(permissions);
			return network === "host" && permissions.unixSockets !== undefined && !isLimited;
		}
		case "ports":
			return landlock < landlockSince.ports || !limitsPorts(permissions);
		case "memfd":
			return permissions.memfd !== undefined;
		case "proc":
			return permissions.proc !== undefined;
		case "uevents":
			return permissions.uevents !== undefined;
		case "executable-data":
			return (permissions.executableData ?? []).length > 0;
		case "writable-code":
			return permissions.writableCode !== undefined;
		default:
			return (
				permissions.capabilities.some(({ idle, name }) => !idle && permission === `capability ${name}`) ||
				weaker.some((weakness) => permission === `weak ${weakness}`)
			);
	}
}

function resultOf({ how }: Attempt, opened: boolean): Result {
	if (how === "escaped") return opened ? "open" : "escaped";
	return how === "killed" ? "refused" : how;
}

function detailOf({ how, number }: Attempt): string {
	return how === "killed" ? (signals[number] ?? `signal ${number}`) : (errors[number] ?? (number ? `errno ${number}` : ""));
}

/** errno(3) for x86_64 and aarch64. */
const errors: Readonly<Record<number, string>> = {
	1: "EPERM",
	2: "ENOENT",
	3: "ESRCH",
	5: "EIO",
	6: "ENXIO",
	7: "E2BIG",
	9: "EBADF",
	11: "EAGAIN",
	13: "EACCES",
	14: "EFAULT",
	16: "EBUSY",
	18: "EXDEV",
	19: "ENODEV",
	20: "ENOTDIR",
	22: "EINVAL",
	25: "ENOTTY",
	28: "ENOSPC",
	30: "EROFS",
	38: "ENOSYS",
	93: "EPROTONOSUPPORT",
	94: "ESOCKTNOSUPPORT",
	95: "EOPNOTSUPP",
	97: "EAFNOSUPPORT",
	101: "ENETUNREACH",
	111: "ECONNREFUSED",
	126: "ENOKEY",
};

const signals: Readonly<Record<number, string>> = { 9: "SIGKILL", 11: "SIGSEGV", 31: "SIGSYS" };

/** Returns groups without an escape from the control run, which has no layers: there the test itself does not work. */
export function unproven(control: ReadonlyMap<string, Attempt>): Group[] {
	return groups.filter((group) => !techniques[group].some((way) => control.get(way.id)?.how === "escaped"));
}
