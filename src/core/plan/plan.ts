import type { Application, Rules } from "../application/application.ts";
import type { Passage } from "../documentation/documentation.ts";
import type { Note } from "../failure.ts";
import type { Files, Group, User } from "../machine/facts.ts";
import type { Path } from "../path/path.ts";
import type { Trace } from "../trace/trace.ts";
import type { Mark } from "./marks.ts";

/** Why a directory of the host is mounted in the cage although nobody asked for it. */
export type SharedKind = "data" | "certificates" | "socket";

/** A directory that stays the host's, read-only: what is in it lives on there. */
export interface SharedDirectory {
	readonly path: Path;
	readonly kind: SharedKind;
	/** What of it the application used. */
	readonly example: Path;
	/** Of its files, 0 for sockets. */
	readonly files: number;
	readonly bytes: number;
}

/**
 * What is not in the plan and may be wanted: `plug-ins` that lie beside those which were loaded, `interpreter-modules` that no source names, a `library` that files say they may load by themselves (its
 * numbers count what it needs too), `state` that the host has and the cage would begin without, and what the application's documentation names:
 * `documented` files, and directories that it may want to write to.
 */
export interface Offer {
	readonly kind: "plug-ins" | "interpreter-modules" | "library" | "state" | "documented" | "documented-writable";
	readonly path: Path;
	readonly files: number;
	readonly bytes: number;
	/** Where it is written, of what the documentation names. */
	readonly passage?: Passage;
}

export type EntryKind = "file" | "directory" | "symlink" | "device" | "socket" | "bind" | "generated";

/** Why an entry is there. `detail` is data (a path, a call, a rule), never a sentence. */
export type Reason =
	| { readonly kind: "traced"; readonly calls: readonly string[]; readonly program?: Path }
	| { readonly kind: "needed-by"; readonly by: Path }
	| { readonly kind: "interpreter-of"; readonly by: Path }
	| { readonly kind: "link-to"; readonly target: Path }
	/** Part of a library of which the application used another part. */
	| { readonly kind: "part-of"; readonly tree: Path }
	| { readonly kind: "parent-of"; readonly child: Path }
	| { readonly kind: "rule"; readonly rule: keyof Rules; readonly value: string }
	/** A directory that stays the host's, with what of it was used. */
	| { readonly kind: "shared"; readonly what: SharedKind; readonly example: Path }
	| { readonly kind: "account" }
	| { readonly kind: "loader-cache" }
	| { readonly kind: "launcher" }
	| { readonly kind: "service-directory" }
	/** Put into the cage's configuration by the administrator, in the cage itself. */
	| { readonly kind: "edited" }
	/** Left out: the application passed so many probes and exercises without it. `at` is ISO 8601, UTC. */
	| { readonly kind: "unneeded"; readonly at: string; readonly probes: number; readonly exercises: number }
	| { readonly kind: "trial"; readonly round: number; readonly call: string };

export type Risk = "secret" | "setuid" | "device" | "world-writable" | "state" | "refused-device" | "large" | "home";

/** What will be done with an entry. `declined` entries stay in the plan, so that the record can say what was left out and why. */
export type Decision = "include" | "declined";

export interface Entry {
	readonly path: Path;
	readonly kind: EntryKind;
	readonly decision: Decision;
	/** Permission bits as in chmod, e.g. 0o755; setuid, setgid and sticky bits as the host has them. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Bytes of a file. */
	readonly size: number;
	/** Modification time of the source, milliseconds since 1970; tells whether it changed since. */
	readonly mtime: number;
	/** Where a symlink points, verbatim. */
	readonly target?: Path;
	readonly device?: { readonly type: "c" | "b"; readonly major: number; readonly minor: number };
	/** What a generated file says. */
	readonly content?: string;
	readonly package?: PackageRef;
	/**
	 * Set where the content is the administrator's, edited in the generation before, and taken over from there: what the host has at this
	 * path (SHA-256 of a file, target of a link), empty where it has nothing.
	 */
	readonly edited?: string;
	/** What the content of a file is known by; absent where nobody looked at it. */
	readonly marks?: readonly Mark[];
	readonly reasons: readonly Reason[];
	readonly risks: readonly Risk[];
}

export interface PackageRef {
	readonly name: string;
	readonly version: string;
}

/** A directory that the application may write: kept under the cage's data, mounted over `path` when it runs. */
export interface WritableDirectory {
	readonly path: Path;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly reasons: readonly Reason[];
	/** Paths at or below `path` whose content is copied from the host once, with bytes. Empty: starts empty. */
	readonly seeds: readonly { readonly path: Path; readonly bytes: number }[];
}

interface PlannedCapability {
	/** Lower case, without CAP_, as setpriv names it. */
	readonly name: string;
	readonly why: string;
	/** The application keeps it, and the filter refuses its calls until a rule allows it. */
	readonly idle?: true;
}

/** What confinement must leave open, each derived from the trace, with what showed the need. */
export interface Permissions {
	readonly capabilities: readonly PlannedCapability[];
	readonly proc?: string;
	/** The machine's files of /proc (loadavg, stat, meminfo, net and so on), without processes of others. */
	readonly kernelProc?: string;
	/** /sys, which shows the machine's devices. */
	readonly sys?: string;
	readonly unixSockets?: string;
	/** Netlink, of which routing alone: the machine's addresses and routes. */
	readonly netlink?: string;
	/** Sending to groups of machines and hearing them: multicast and broadcast. A unit closes it; the launcher has no means for that. */
	readonly multicast?: string;
	/** Priorities, affinities and limits of its own. A unit refuses the calls to an application that makes none; the launcher has no means for that. */
	readonly scheduling?: string;
	/** The host's socket that is mounted as `/dev/log`. */
	readonly syslog?: Path;
	readonly memfd?: string;
	/** Memory that is written and then executed. */
	readonly writableCode?: string;
	/** Writable directories from which the application may execute what it wrote. */
	readonly executableData?: readonly Path[];
	/** What a need was seen for and a rule keeps closed, by the words of `--refuse`. */
	readonly refused?: readonly { readonly name: string; readonly why: string }[];
}

export interface PlannedAccounts {
	readonly users: readonly { name: string; uid: number; gid: number; home: string; reason: string }[];
	readonly groups: readonly { name: string; gid: number; members: readonly string[]; reason: string }[];
	/** How many entries of the host's files are left out. */
	readonly usersLeftOut: number;
	readonly groupsLeftOut: number;
	/** Whom the application changes to although a rule leaves the name out: its processes run under the number all the same. */
	readonly nameless?: readonly number[];
}

/** Files of one account become another's: `[from, to]`. */
export interface OwnerChange {
	readonly uid: readonly [number, number];
	readonly gid: readonly [number, number];
}

/** Everything that the build and the launcher need to know, and nothing else. Plain data. */
export interface Plan {
	readonly application: Application;
	readonly rules: Rules;
	/** The account that the application starts as, resolved on this machine. */
	readonly identity: Identity;
	readonly entries: readonly Entry[];
	readonly writable: readonly WritableDirectory[];
	/** Directories of the host that the plan mounts by itself; they are among the binds of `rules`. */
	readonly shared: readonly SharedDirectory[];
	readonly offers: readonly Offer[];
	readonly accounts: PlannedAccounts;
	readonly permissions: Permissions;
	/** What is open, each with the call and the source that showed the need. */
	readonly grants: readonly Grant[];
	/** Where the cage has an account of its own: whose files on the host become its files. All owners in the plan are changed already. */
	readonly ownerChange?: OwnerChange;
	/** Secrets and setuid files that were wanted but not allowed, and devices that are refused. */
	readonly declined: readonly { readonly path: Path; readonly risk: Risk }[];
	/** Things an administrator should know; codes of the message catalogue with their values. */
	readonly notes: readonly { readonly code: string; readonly values: Readonly<Record<string, string | number>> }[];
}

export interface Identity {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	readonly home: string;
}

/** Permissions of which a trial can show that they are missing. */
export type FoundPermission = "proc" | "unixSockets" | "netlink" | "memfd" | "writableCode";

/** What trials found to be missing and what was accepted of it. */
export type Addition =
	| { readonly kind: "path"; readonly path: Path; readonly round: number; readonly call: string }
	| { readonly kind: "writable"; readonly path: Path; readonly round: number; readonly call: string }
	| ({ readonly kind: "capability"; readonly name: string } & RefusedCall)
	| { readonly kind: "account"; readonly name: string; readonly round: number; readonly call: string }
	| ({ readonly kind: "opening"; readonly name: FoundPermission } & RefusedCall);

interface RefusedCall {
	readonly round: number;
	readonly call: string;
	/** The first program that made it. */
	readonly program?: Path;
}

export interface PlanInput {
	readonly application: Application;
	readonly rules: Rules;
	/** What is known of the application before it was watched. */
	readonly notes?: readonly Note[];
	readonly identity: Identity;
	/** Whose the cage will be; root's unless it is made without root. */
	readonly owner?: number;
	/** All traced runs on the host, added up. */
	readonly trace: Trace;
	readonly additions: readonly Addition[];
	readonly users: readonly User[];
	readonly groups: readonly Group[];
	readonly files: Files;
	/** Marks of files whose content is known without reading it. */
	readonly known?: (path: Path) => readonly Mark[] | undefined;
}

/** One thing that the confinement allows beyond the default, with the call that shows the need. */
export interface Grant {
	/** As `--allow` and `--refuse` name it. */
	readonly word: string;
	/** The call, or what the trace shows of it, e.g. `setgroups` or `read /etc/shadow`. */
	readonly call: string;
	readonly program?: Path;
	/** `trace`: it succeeded on the host. `trial`: it was refused in that round. `option`: the administrator asked for it. */
	readonly source: "trace" | "trial" | "option";
	readonly round?: number;
}
