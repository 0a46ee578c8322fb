import type { FindingCode } from "../../cage/finding.ts";

/** Findings of the audit. `what` continues a sentence that starts with the path, `fix` is an instruction. */
export const findingsEn = {
	"way-not-directory": {
		what: "is not a directory ({kind}), although the path to the cage leads through it",
		fix: "Restore the directory, owned by root, or choose another place with --state",
	},
	"way-foreign-owner": {
		what: "belongs to uid {uid}: this account can replace the cage below it",
		fix: "Make root the owner: chown root",
	},
	"way-writable": {
		what: "is writable by others ({mode}): they can replace the cage below it",
		fix: "Remove the write permission: chmod go-w",
	},
	"way-sticky": {
		what: "is a shared directory with the sticky bit; the cage below it is safe, but a separate place is better",
		fix: "Use --state to choose a place that only root can write to",
	},
	setuid: {
		what: "is setuid ({mode}): a user who runs it on the host gets its owner's rights",
		fix: "Rebuild the cage, or remove the bit: chmod u-s",
	},
	setgid: {
		what: "is setgid ({mode}): a user who runs it on the host gets its group's rights",
		fix: "Rebuild the cage, or remove the bit: chmod g-s",
	},
	"file-capabilities": {
		what: "has file capabilities ({capabilities}): a user who runs it on the host gets them",
		fix: "Rebuild the cage, or remove them: setcap -r",
	},
	"file-capabilities-unseen": {
		what: "was not checked for file capabilities, because getcap is missing",
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
		what: "is a link to {target}, which is missing in the cage: a program of the host that follows the link gets the host's file",
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
		fix: "Remove it; if the application needs it, rebuild the cage with --include",
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
		what: "is setuid ({mode}), in the application's data: a user who runs it on the host gets its owner's rights",
		fix: "Find out who created it, then remove it or its bit: chmod u-s",
	},
	"data-setgid": {
		what: "is setgid ({mode}), in the application's data: a user who runs it on the host gets its group's rights",
		fix: "Find out who created it, then remove it or its bit: chmod g-s",
	},
	"data-file-capabilities": {
		what: "has file capabilities ({capabilities}), in the application's data: a user who runs it on the host gets them",
		fix: "Find out who created it, then remove it or its capabilities: setcap -r",
	},
	"data-device": {
		what: "is a device ({type} {major}:{minor}), in the application's data: on the host it works for every user who may open it",
		fix: "Find out who created it, then remove it",
	},
	"data-way-not-directory": {
		what: "is not a directory ({kind}), although the path to the application's data leads through it: a mount would follow a link that the application created",
		fix: "Inspect it, remove it and restore the directory",
	},
	"data-way-foreign-owner": {
		what: "belongs to uid {uid}: this account can replace the application's data below it with a link",
		fix: "Make root the owner: chown root",
	},
	"data-way-writable": {
		what: "is writable by others ({mode}): they can replace the application's data below it with a link",
		fix: "Remove the write permission: chmod go-w",
	},
	"bind-not-directory": {
		what: "is not what the bind {bind} needs there ({kind}), a directory or a socket: a link there decides which host files the cage sees",
		fix: "Find out who replaced it and restore it, or rebuild the cage without this bind",
	},
	"bind-absent": {
		what: "is missing, so the bind {bind} cannot be mounted",
		fix: "Restore it, or rebuild the cage without this bind",
	},
	"bind-foreign-owner": {
		what: "belongs to uid {uid}: this account can redirect the bind {bind} below it to any directory of the host",
		fix: "Make root the owner (chown root), or bind this directory itself",
	},
	"bind-writable": {
		what: "is writable by others ({mode}): they can redirect the bind {bind} below it to any directory of the host",
		fix: "Remove the write permission (chmod go-w), or bind this directory itself",
	},
	"bind-executed": {
		what: "is mounted read-write, and the host executes or trusts what is in {trusted} ({source}): the application can become root",
		fix: "Rebuild the cage without this bind, or with {path}:ro",
	},
	"bind-contains-executed": {
		what: "is mounted read-write and contains {trusted}, where the host executes or trusts everything ({source}): the application can become root",
		fix: "Rebuild the cage with a bind of only the directory that the application needs{narrower?, such as %}",
	},
	"bind-others": {
		what: "is mounted read-write, but {trusted} belongs to persons or other services of this host ({source})",
		fix: "Rebuild the cage without this bind or with {path}:ro, or allow it: {option}",
	},
	"bind-contains-others": {
		what: "is mounted read-write and contains {trusted}, which belongs to persons or other services of this host ({source})",
		fix: "Rebuild the cage with a bind of only the directory that the application needs{narrower?, such as %}, or allow it: {option}",
	},
	"bind-other-account": {
		what: "is mounted read-write, but belongs to the account {account}, which the application does not use",
		fix: "Rebuild the cage without this bind or with {path}:ro, or allow it: {option}",
	},
	"bind-control-socket": {
		what: "is mounted, and whoever connects to its socket {socket} controls this machine",
		fix: "Rebuild the cage without this bind, or allow it: {option}",
	},
	"writable-executed": {
		what: "is writable data of the application, and the host would execute or trust it in {trusted} ({source}) if `release` gave it back",
		fix: "Create the cage again with `make`, which keeps its data",
	},
	"device-controls": {
		what: "is a device that controls this machine ({type} {major}:{minor})",
		fix: "Create the cage again with `make`, without this device",
	},
	"configuration-writable": {
		what: "is configuration that the application may change, although no run changed it; `plan --take-documented` of earlier releases stored such rules",
		fix: "If the application need not write there, create the cage again with `make`, which keeps its data",
	},
	"account-used-outside": {
		what: "{account} is also the account of {count} {count|process|processes} outside the cage, such as {pid} ({program}); only the PID namespace separates them from the cage",
		fix: "Give the cage its own account: make --dedicated-account",
	},
	"account-of-other-cage": {
		what: "{account} is also the account of the {count|cage|cages} {cages}; only PID namespaces separate them from this cage",
		fix: "Give each cage its own account: make --dedicated-account",
	},
	lockout: {
		what: "opens sessions for accounts of this machine, which could no longer log in",
		fix: "Leave the service on the host, or name the accounts that it serves: make --account user:NAME",
	},
} satisfies Record<FindingCode, { what: string; fix: string }>;

export type FindingMessages = Readonly<Record<FindingCode, { readonly what: string; readonly fix: string }>>;
