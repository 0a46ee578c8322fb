import type { FindingCode } from "../../core/cage/finding.ts";

/** Findings of the audit. `what` continues a sentence that starts with the path, `fix` is an instruction. */
export const findingsEn = {
	"way-not-directory": {
		what: "is on the path to the cage but not a directory ({kind})",
		fix: "Create a directory owned by root there, or choose another place with --state",
	},
	"way-foreign-owner": {
		what: "is on the path to the cage and belongs to uid {uid}, which can replace the cage",
		fix: "Make root the owner: chown root",
	},
	"way-writable": {
		what: "is on the path to the cage and writable by others ({mode}), who can replace the cage",
		fix: "Remove the write permission: chmod go-w",
	},
	"way-sticky": {
		what: "is on the path to the cage and a shared sticky directory; this is safe, but a separate place is better",
		fix: "Choose a place that only root can write to with --state",
	},
	setuid: {
		what: "is setuid ({mode}): a user who runs it on the host becomes its owner",
		fix: "Rebuild the cage, or remove the bit: chmod u-s",
	},
	setgid: {
		what: "is setgid ({mode}): a user who runs it on the host gets its group",
		fix: "Rebuild the cage, or remove the bit: chmod g-s",
	},
	"file-capabilities": {
		what: "has file capabilities ({capabilities}): a user who runs it on the host gets them",
		fix: "Rebuild the cage, or remove them: setcap -r",
	},
	"file-capabilities-unseen": {
		what: "file capabilities were not checked, because getcap is missing",
		fix: "Install getcap (Debian: libcap2-bin)",
	},
	device: {
		what: "is a device that is not in the plan ({type} {major}:{minor})",
		fix: "Rebuild the cage; if the application needs the device, add --device",
	},
	fifo: {
		what: "is a FIFO that is not in the plan, so a process outside could exchange data with the cage",
		fix: "Remove it, or rebuild the cage",
	},
	socket: {
		what: "is a socket that is not in the plan, so a process outside could exchange data with the cage",
		fix: "Remove it, or rebuild the cage",
	},
	"hard-link": {
		what: "has {links} hard links: writing to another one, even on the host, changes this file",
		fix: "Rebuild the cage, which copies the file",
	},
	"world-writable": {
		what: "is writable by everybody ({mode})",
		fix: "Rebuild the cage, or remove the write permission: chmod o-w",
	},
	"application-may-write": {
		what: "is writable by the application's group ({gid}, {mode})",
		fix: "Rebuild the cage, or remove the write permission: chmod g-w",
	},
	"application-owns": {
		what: "belongs to the application's account (uid {uid}), and only the read-only mount prevents changes",
		fix: "Make root the owner on the host, then rebuild the cage",
	},
	"shadow-file": {
		what: "contains password hashes",
		fix: "Rebuild the cage without --allow-secret for this file",
	},
	"password-hash": {
		what: "contains a password hash in line {line}",
		fix: "Rebuild the cage, which writes accounts without hashes",
	},
	"password-empty": {
		what: "contains an account without a password in line {line}",
		fix: "Rebuild the cage, which writes accounts that do not allow a login",
	},
	"link-leads-outside": {
		what: "is a link to {target}, which is missing in the cage: root, reading the cage from the host, reads the host's file",
		fix: "Add the target with --include, or leave out the link with --exclude",
	},
	mounted: {
		what: "is a separate mount, which was not checked",
		fix: "Unmount it",
	},
	changed: {
		what: "differs from the build: its content, kind or link target was changed",
		fix: "Find out who changed it, then rebuild the cage from the host's files",
	},
	"configuration-edited": {
		what: "was edited after the build",
		fix: "Updates keep this change; make the same change on the host to have one version again",
	},
	"attributes-changed": {
		what: "has another mode or owner than after the build ({is} instead of {was})",
		fix: "Restore mode and owner, or rebuild the cage",
	},
	added: {
		what: "was added to the cage after the build ({kind})",
		fix: "Remove it; if the application needs it, make the cage again with --include",
	},
	missing: {
		what: "was removed from the cage after the build ({kind})",
		fix: "Rebuild the cage; to leave the file out, use --exclude",
	},
	unseen: {
		what: "could not be read ({error}), so it and everything below were not checked",
		fix: "Find out why, then remove it or make it readable",
	},
	"data-setuid": {
		what: "is in the application's data and setuid ({mode}): a user who runs it on the host becomes its owner",
		fix: "Find out who created it, then remove it or its bit: chmod u-s",
	},
	"data-setgid": {
		what: "is in the application's data and setgid ({mode}): a user who runs it on the host gets its group",
		fix: "Find out who created it, then remove it or its bit: chmod g-s",
	},
	"data-file-capabilities": {
		what: "is in the application's data and has file capabilities ({capabilities}): a user who runs it on the host gets them",
		fix: "Find out who created it, then remove it or its capabilities: setcap -r",
	},
	"data-device": {
		what: "is in the application's data and a device ({type} {major}:{minor}), which works for every user who opens it on the host",
		fix: "Find out who created it, then remove it",
	},
	"data-way-not-directory": {
		what: "is on the path to the application's state but not a directory ({kind}): a mount would follow a link that the application created",
		fix: "Inspect it, remove it and restore the directory",
	},
	"data-way-foreign-owner": {
		what: "is on the path to the application's state and belongs to uid {uid}, which can replace it with a link",
		fix: "Make root the owner: chown root",
	},
	"data-way-writable": {
		what: "is on the path to the application's state and writable by others ({mode}), who can replace it with a link",
		fix: "Remove the write permission: chmod go-w",
	},
	"bind-not-directory": {
		what: "is on the path to the bind {bind} but not a directory ({kind}): a link there decides which host files the cage sees",
		fix: "Find out who replaced it and restore the directory, or rebuild the cage without this bind",
	},
	"bind-absent": {
		what: "is missing, so the bind {bind} cannot be mounted",
		fix: "Restore it, or rebuild the cage without this bind",
	},
	"bind-foreign-owner": {
		what: "is on the path to the bind {bind} and belongs to uid {uid}, which can redirect the bind to any directory of the host",
		fix: "Make root the owner (chown root), or bind this directory itself",
	},
	"bind-writable": {
		what: "is on the path to the bind {bind} and writable by others ({mode}), who can redirect the bind to any directory of the host",
		fix: "Remove the write permission (chmod go-w), or bind this directory itself",
	},
	"account-used-outside": {
		what: "{account} is also the account of {count} {count|process|processes} outside the cage, such as {pid} ({program}); only the PID namespace separates them from the cage",
		fix: "Give the cage its own account: make --dedicated-account",
	},
	"account-of-other-cage": {
		what: "{account} is also the account of the {count|cage|cages} {cages}; only PID namespaces separate them from this cage",
		fix: "Give each cage its own account: make --dedicated-account",
	},
} satisfies Record<FindingCode, { what: string; fix: string }>;

export type FindingMessages = Readonly<Record<FindingCode, { readonly what: string; readonly fix: string }>>;
