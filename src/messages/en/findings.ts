import type { FindingCode } from "../../core/cage/finding.ts";

/** What the audit finds, English: what it means, beginning after the path, and how to close it. */
export const findingsEn = {
	"way-not-directory": {
		what: "leads to the cage and is no directory ({kind})",
		close: "Put a directory of root there, or choose another place with --state",
	},
	"way-foreign-owner": {
		what: "leads to the cage and belongs to uid {uid}, who can put another cage in its place",
		close: "Give it to root: chown root",
	},
	"way-writable": {
		what: "leads to the cage and can be written by others ({mode}), who can put another cage in its place",
		close: "Close it: chmod go-w",
	},
	"way-sticky": {
		what: "leads to the cage and is a sticky directory of root's: passes, but a place of its own is better",
		close: "Choose a place that is root's alone with --state",
	},
	setuid: {
		what: "is setuid ({mode}): whoever starts it outside becomes its owner",
		close: "Build the cage anew, or take the bit away: chmod u-s",
	},
	setgid: {
		what: "is setgid ({mode}): whoever starts it outside gets its group",
		close: "Build the cage anew, or take the bit away: chmod g-s",
	},
	"file-capabilities": {
		what: "has file capabilities ({capabilities}): whoever starts it outside has them",
		close: "Build the cage anew, or take them away: setcap -r",
	},
	"file-capabilities-unseen": {
		what: "file capabilities could not be looked for, getcap is missing",
		close: "Install it (Debian: libcap2-bin)",
	},
	device: {
		what: "is a device that the plan does not have ({type} {major}:{minor})",
		close: "Build the cage anew, with --device where it is needed",
	},
	fifo: {
		what: "is a FIFO that the plan does not have, and so a way for data to somebody outside",
		close: "Remove it, or build the cage anew",
	},
	socket: {
		what: "is a socket that the plan does not have, and so a way to somebody outside",
		close: "Remove it, or build the cage anew",
	},
	"hard-link": {
		what: "has {links} names: whoever writes to another one, outside perhaps, changes it here",
		close: "Build the cage anew; it copies",
	},
	"world-writable": { what: "can be written by everybody ({mode})", close: "Build the cage anew, or close it: chmod o-w" },
	"application-may-write": {
		what: "can be written by the application's group ({gid}, {mode})",
		close: "Build the cage anew, or close it: chmod g-w",
	},
	"application-owns": {
		what: "belongs to the application's account (uid {uid}); only the read-only mount keeps it from being changed",
		close: "Give the file to root on the host and build the cage anew",
	},
	"shadow-file": {
		what: "is a file of password hashes",
		close: "Build the cage anew without --allow-secret for it",
	},
	"password-hash": { what: "holds a password hash in line {line}", close: "Build the cage anew; it writes accounts without" },
	"password-empty": {
		what: "has an account without a password in line {line}",
		close: "Build the cage anew; it writes accounts that nobody can log in to",
	},
	"link-leads-outside": {
		what: "is a link to {target}, which is not in the cage: root, reading the cage from outside, is led to the host's",
		close: "Add what it leads to with --include, or leave the link out with --exclude",
	},
	mounted: {
		what: "is a mount of its own, in which nothing was looked at",
		close: "Unmount it",
	},
	changed: {
		what: "is not what was built: its content, its kind or where it leads was changed since",
		close: "Find out who did it, and build the cage anew from the host's files",
	},
	"configuration-edited": {
		what: "was edited since it was built",
		close: "It goes on with every update; make it on the host too, and the next update has one text again",
	},
	"attributes-changed": {
		what: "has another mode or owner than it was built with ({is} instead of {was})",
		close: "Set it as it was, or build the cage anew",
	},
	added: {
		what: "was put into the cage since it was built ({kind})",
		close: "Remove it; what the application needs goes in with make --include",
	},
	missing: {
		what: "was taken out of the cage since it was built ({kind})",
		close: "Build the cage anew; what it shall not have is left out with make --exclude",
	},
	unseen: {
		what: "cannot be looked at ({error}), so what is there or below is unknown",
		close: "Find out why, and remove it or make it readable",
	},
	"data-setuid": {
		what: "lies in the application's data and is setuid ({mode}): a trap for whoever starts it outside",
		close: "Find out where it came from, and remove it or chmod u-s",
	},
	"data-setgid": {
		what: "lies in the application's data and is setgid ({mode}): a trap for whoever starts it outside",
		close: "Find out where it came from, and remove it or chmod g-s",
	},
	"data-file-capabilities": {
		what: "lies in the application's data and has file capabilities ({capabilities}): a trap for whoever starts it outside",
		close: "Find out where it came from, and remove it or setcap -r",
	},
	"data-device": {
		what: "lies in the application's data and is a device ({type} {major}:{minor}), which works for whoever opens it outside",
		close: "Find out where it came from, and remove it",
	},
	"data-way-not-directory": {
		what: "leads to the application's state and is no directory ({kind}): a mount would follow a link that the application put there",
		close: "Look at it, remove it, and put the directory back",
	},
	"data-way-foreign-owner": {
		what: "leads to the application's state and belongs to uid {uid}, who can put a link in the place of what is in it",
		close: "Give it to root: chown root",
	},
	"data-way-writable": {
		what: "leads to the application's state and can be written by others ({mode}), who can put a link in the place of what is in it",
		close: "Close it: chmod go-w",
	},
	"bind-not-directory": {
		what: "leads to the bind {bind} and is no directory ({kind}): a link there chooses what of the host the cage shows",
		close: "Find out who put it there, and put the directory back, or build the cage anew without that bind",
	},
	"bind-absent": {
		what: "is not there, so the bind {bind} cannot be mounted",
		close: "Put it back, or build the cage anew without that bind",
	},
	"bind-foreign-owner": {
		what: "leads to the bind {bind} and belongs to uid {uid}, who can put a link to any directory of the host in its place",
		close: "Give it to root (chown root), or bind it instead of what lies in it",
	},
	"bind-writable": {
		what: "leads to the bind {bind} and can be written by others ({mode}), who can put a link to any directory of the host into the way",
		close: "Close it (chmod go-w), or bind it instead of what lies in it",
	},
	"account-used-outside": {
		what: "{account} is also the account of {count} {count|process|processes} outside the cage, process {pid} ({program}) for one; the PID namespace alone keeps them from the cage's",
		close: "Give the cage an account of its own: make --dedicated-account",
	},
	"account-of-other-cage": {
		what: "{account} is also the account of the {count|cage|cages} {cages}; the PID {count|namespace|namespaces} alone {count|keeps|keep} them from this one",
		close: "Give each an account of its own: make --dedicated-account",
	},
} satisfies Record<FindingCode, { what: string; close: string }>;

export type FindingMessages = Readonly<Record<FindingCode, { readonly what: string; readonly close: string }>>;
