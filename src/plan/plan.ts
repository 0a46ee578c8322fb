import type { Note } from "../base/failure.ts";
import type { Files, Group, Identity, PackageRef, User } from "../base/machine/facts.ts";
import type { Path } from "../base/path/path.ts";
import type { Permissions } from "../confine/permissions.ts";
import type { Application, DirectoryOwner, Rules } from "../service/application.ts";
import type { Company } from "../service/company.ts";
import type { Passage } from "../service/documentation.ts";
import type { Trace } from "../trace/trace.ts";
import type { Mark } from "./marks.ts";

/** Why the cage mounts a host directory that nobody asked for. `site`: content that configuration names. */
export const sharedKinds = ["data", "site", "certificates", "socket"] as const;
export type SharedKind = (typeof sharedKinds)[number];

/** A host directory, or a single socket, that the cage mounts read-only, so that it sees later changes. */
export interface SharedDirectory {
	readonly path: Path;
	readonly kind: SharedKind;
	/** A path in the directory that the application used. For a `site`, the configuration that names it. */
	readonly example: Path;
	/** Number of files; 0 for sockets. */
	readonly files: number;
	readonly bytes: number;
	/** The cage gets the socket at `path` alone, because its directory holds more than the application may see. */
	readonly isSocket?: true;
}

/**
 * Where clients find a socket: at its path on the host, the same by a link that the service's unit makes, in the host's network (an
 * abstract name), held by systemd, or only inside.
 */
export const socketReaches = ["host", "link", "network", "unit", "cage"] as const;
export type SocketReach = (typeof socketReaches)[number];

/** A unix socket on which the application listens. */
export interface OfferedSocket {
	/** A real path, or an abstract name with `@`. */
	readonly path: Path;
	readonly reach: SocketReach;
}

/**
 * A host directory, or a single file, that belongs to the service alone. The cage mounts it at the same path, read-write. A start creates it with
 * this owner and mode if it is missing.
 */
export interface ServiceDirectory extends DirectoryOwner {
	readonly path: Path;
}

export const offerKinds = [
	...(["plug-ins", "interpreter-modules", "library", "state", "documented", "documented-writable"] as const),
] as const;

/**
 * Something outside the plan that the administrator may want.
 *
 * `plug-ins`: more modules in a directory from which one was loaded. `interpreter-modules`: modules that no source names.
 * `library`: one that an ELF file may load with dlopen(3), counted with its dependencies. `state`: host data that the cage would
 * start without. `documented`, `documented-writable`: files and writable directories that the application's documentation names.
 */
export interface Offer {
	readonly kind: (typeof offerKinds)[number];
	readonly path: Path;
	readonly files: number;
	readonly bytes: number;
	/** The place in the documentation that names it. */
	readonly passage?: Passage;
}

export const entryKinds = ["file", "directory", "symlink", "device", "socket", "bind", "generated"] as const;
export type EntryKind = (typeof entryKinds)[number];

/** Why the plan has an entry. Fields hold data, never sentences. */
export type Reason =
	| { readonly kind: "traced"; readonly calls: readonly string[]; readonly program?: Path }
	| { readonly kind: "needed-by"; readonly by: Path }
	| { readonly kind: "interpreter-of"; readonly by: Path }
	| { readonly kind: "link-to"; readonly target: Path }
	/** The application used another part of this library. */
	| { readonly kind: "part-of"; readonly tree: Path }
	| { readonly kind: "parent-of"; readonly child: Path }
	| { readonly kind: "rule"; readonly rule: keyof Rules; readonly value: string }
	| { readonly kind: "shared"; readonly what: SharedKind; readonly example: Path }
	/** Its configuration or a program names it, or a program can read it, although no run did. */
	| { readonly kind: "may-use"; readonly by: Path }
	/** Holds sockets that the application offers. */
	| { readonly kind: "offered"; readonly socket: Path }
	/** Holds files that tools of the adopted service read. */
	| { readonly kind: "offered-file"; readonly file: Path }
	/** The host's file is mounted here. */
	| { readonly kind: "own-file" }
	| { readonly kind: "account" }
	| { readonly kind: "loader-cache" }
	| { readonly kind: "launcher" }
	| { readonly kind: "service-directory" }
	/** A state directory that belongs to the application's account. */
	| { readonly kind: "own-state" }
	/** Changed by the administrator in the cage itself. */
	| { readonly kind: "edited" }
	/** Left out: the application passed this many probes and exercises without it. `at` is ISO 8601, UTC. */
	| { readonly kind: "unneeded"; readonly at: string; readonly probes: number; readonly exercises: number }
	| { readonly kind: "trial"; readonly round: number; readonly call: string };

export const riskKinds = ["secret", "setuid", "device", "world-writable", "state", "refused-device", "large", "home"] as const;
export type Risk = (typeof riskKinds)[number];

/** `declined` entries stay in the plan so that the record can list what was left out and why. */
export const decisions = ["include", "declined"] as const;
export type Decision = (typeof decisions)[number];

export interface Entry {
	readonly path: Path;
	readonly kind: EntryKind;
	readonly decision: Decision;
	/** Grant bits as for chmod(2), e.g. 0o755, with the host's setuid, setgid and sticky bits. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Bytes, for files. */
	readonly size: number;
	/** Modification time of the source in milliseconds since 1970, to detect changes. */
	readonly mtime: number;
	/** A symlink's target, verbatim. */
	readonly target?: Path;
	readonly device?: { readonly type: "c" | "b"; readonly major: number; readonly minor: number };
	/** A generated file's content. */
	readonly content?: string;
	readonly package?: PackageRef;
	/**
	 * Set if the administrator edited the file in the previous generation and the build keeps that version: the host's SHA-256 or
	 * link target at this path, or empty if the host has nothing there.
	 */
	readonly edited?: string;
	/** Absent if nobody read the file. */
	readonly marks?: readonly Mark[];
	readonly reasons: readonly Reason[];
	readonly risks: readonly Risk[];
}

/** A directory that the application may write. The cage keeps it in its data and mounts it over `path`. */
export interface WritableDirectory {
	readonly path: Path;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly reasons: readonly Reason[];
	/**
	 * Paths at or below `path` whose content is copied from the host once, with their size in bytes. Empty: the directory starts
	 * empty.
	 */
	readonly seeds: readonly { readonly path: Path; readonly bytes: number }[];
	/**
	 * Host files below `path` with which the directory starts, without their content. Absent: none. Another account than root may
	 * write them, and could not if root created them first.
	 */
	readonly emptyFiles?: readonly Path[];
}

/** Why a service may have this account as a client. */
export const peerReasons = ["root", "configured", "active", "logs-in"] as const;

/** An account that the cage knows by name and number alone, because the service may look up its client. */
export interface PlannedPeer {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
	readonly reason: (typeof peerReasons)[number];
}

export interface PlannedAccounts {
	readonly users: readonly { name: string; uid: number; gid: number; home: string; reason: string }[];
	readonly groups: readonly { name: string; gid: number; members: readonly string[]; reason: string }[];
	/** Number of host entries that the cage leaves out. */
	/** Absent if there are none. */
	readonly peers?: readonly PlannedPeer[];
	readonly usersLeftOut: number;
	readonly groupsLeftOut: number;
	/**
	 * Uids that the application changes to although a rule leaves out their names. Its processes still run under these numbers.
	 */
	readonly nameless?: readonly number[];
}

/** Changes file owners: `[from, to]`. */
export interface OwnerChange {
	readonly uid: readonly [number, number];
	readonly gid: readonly [number, number];
}

/** Everything that the build and the launcher need, as plain data. */
export interface Plan {
	readonly application: Application;
	readonly rules: Rules;
	/** The account that the application starts as, resolved on this machine. */
	readonly identity: Identity;
	readonly entries: readonly Entry[];
	readonly writable: readonly WritableDirectory[];
	/** Those of the service's state that stay where the host has them (`Cage.stateInPlace`). Absent: the cage has a copy. */
	readonly stateInPlace?: readonly Path[];
	/** Host directories and sockets that the plan mounts without a rule. `rules.binds` contains them too. */
	readonly shared: readonly SharedDirectory[];
	/** `rules.binds` contains the directories of those that the host sees. */
	readonly offeredSockets: readonly OfferedSocket[];
	/** Files below /run with a process number that tools of the host read. */
	readonly pidFiles?: readonly Path[];
	readonly offers: readonly Offer[];
	/** Those of `rules.binds` that `--allow-write` or `--allow socket:` permits. */
	readonly allowedBinds?: readonly string[];
	readonly accounts: PlannedAccounts;
	readonly permissions: Permissions;
	readonly grants: readonly Grant[];
	/** Set if the cage has a dedicated account. The plan's owners are already changed; this maps owners of the host's files. */
	readonly ownerChange?: OwnerChange;
	/** Secrets and setuid files that nobody allowed, and refused devices. */
	readonly declined: readonly { readonly path: Path; readonly risk: Risk }[];
	readonly notes: readonly Note[];
}

/** Permissions that a trial can show to be missing. */
export type FoundPermission =
	| "proc"
	| "ownProcess"
	| "unixSockets"
	| "netlink"
	| "uevents"
	| "packetSockets"
	| "memfd"
	| "writableCode";

/** Something that a trial found missing and that was accepted. */
export type Addition =
	| { readonly kind: "path" | "writable"; readonly path: Path; readonly round: number; readonly call: string }
	| ({ readonly kind: "capability"; readonly name: string } & RefusedNeed)
	| { readonly kind: "account"; readonly name: string; readonly round: number; readonly call: string }
	/** A system call that the trace did not see. */
	| ({ readonly kind: "call"; readonly name: string } & RefusedNeed)
	| ({ readonly kind: "opening"; readonly name: FoundPermission } & RefusedNeed);

interface RefusedNeed {
	readonly round: number;
	readonly call: string;
	/** The first program that made the call. */
	readonly program?: Path;
}

export interface PlanInput {
	readonly application: Application;
	readonly rules: Rules;
	/** Notes that are known before the trace. */
	readonly notes?: readonly Note[];
	/** False for a plan without notes. */
	readonly withNotes?: boolean;
	readonly identity: Identity;
	/** The cage's owner: 0 unless it is built without root. */
	readonly owner?: number;
	/** The cage has an account of its own, which owns no directory of the host. */
	readonly isDedicated?: boolean;
	/** Real path of the state folder, which no cage may see. */
	readonly stateFolder?: Path;
	/** The state stays where the host has it; these directories already do. */
	readonly stateInPlace?: readonly Path[];
	/** The sum of all traced runs on the host. */
	readonly trace: Trace;
	readonly additions: readonly Addition[];
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	/** Names of accounts with processes when the application was traced. */
	readonly activeAccounts?: readonly string[];
	/** Set if a running service moves into the cage. */
	readonly company?: Company;
	readonly files: Files;
	/** Returns the marks of files that were read before. */
	readonly known?: (path: Path) => readonly Mark[] | undefined;
}

/** `trace`: it succeeded on the host. `trial`: it was refused in a round. `option`: the administrator asked for it. `company`: see there. */
export const grantSources = ["trace", "trial", "option", "company"] as const;
export type GrantSource = (typeof grantSources)[number];

export interface Grant {
	/** The word of `--allow` and `--refuse`. */
	readonly word: string;
	/** The call or access that shows the need, e.g. `setgroups` or `read /etc/shadow`. */
	readonly call: string;
	readonly program?: Path;
	readonly source: GrantSource;
	readonly round?: number;
}
