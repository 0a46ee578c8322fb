import type { SyscallName } from "../confinement/seccomp/syscalls.ts";
import type { Operation } from "../trace/trace.ts";

/** A watched call: whether a directory descriptor precedes the path, and its operation. */
interface WatchedCall {
	readonly name: SyscallName;
	readonly at: boolean;
	readonly does: Operation;
}

const call = (name: SyscallName, does: Operation, at = false): WatchedCall => ({ name, at, does });

/** The flags of an `open` are not read, so that it counts as reading. */
export const watchedCalls: readonly WatchedCall[] = [
	call("open", "read"),
	call("stat", "look"),
	call("lstat", "look"),
	call("access", "look"),
	call("execve", "execute"),
	call("truncate", "write"),
	call("chdir", "enter"),
	call("rename", "create"),
	call("mkdir", "create"),
	call("creat", "create"),
	call("readlink", "look"),
	call("statfs", "look"),
	call("openat", "read", true),
	call("mkdirat", "create", true),
	call("newfstatat", "look", true),
	call("readlinkat", "look", true),
	call("faccessat", "look", true),
	call("execveat", "execute", true),
	call("statx", "look", true),
	call("openat2", "read", true),
	call("faccessat2", "look", true),
];

/** Errors that a cage can cause: missing, not permitted, read-only. */
export const watchedErrors: ReadonlyMap<number, string> = new Map([
	[-1, "EPERM"],
	[-2, "ENOENT"],
	[-13, "EACCES"],
	[-20, "ENOTDIR"],
	[-30, "EROFS"],
]);
