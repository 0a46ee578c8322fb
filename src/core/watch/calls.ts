import type { Operation } from "../trace/trace.ts";

/** A call whose failures are watched: its number on x86_64, which argument is the path, and what it was to do. */
export interface WatchedCall {
	readonly name: string;
	readonly number: number;
	/** Whether a directory descriptor comes before the path. */
	readonly at: boolean;
	readonly does: Operation;
}

const call = (name: string, number: number, does: Operation, at = false): WatchedCall => ({ name, number, at, does });

/** Numbers are those of the kernel's arch/x86/entry/syscalls/syscall_64.tbl. What an `open` was for its flags say, and those are not looked at. */
export const watchedCalls: readonly WatchedCall[] = [
	call("open", 2, "read"),
	call("stat", 4, "look"),
	call("lstat", 6, "look"),
	call("access", 21, "look"),
	call("execve", 59, "execute"),
	call("truncate", 76, "write"),
	call("chdir", 80, "enter"),
	call("rename", 82, "create"),
	call("mkdir", 83, "create"),
	call("creat", 85, "create"),
	call("readlink", 89, "look"),
	call("statfs", 137, "look"),
	call("openat", 257, "read", true),
	call("mkdirat", 258, "create", true),
	call("newfstatat", 262, "look", true),
	call("readlinkat", 267, "look", true),
	call("faccessat", 269, "look", true),
	call("execveat", 322, "execute", true),
	call("statx", 332, "look", true),
	call("openat2", 437, "read", true),
	call("faccessat2", 439, "look", true),
];

/** Errors that a cage may be the reason of: absent, closed to the account, read-only. */
export const watchedErrors: ReadonlyMap<number, string> = new Map([
	[-1, "EPERM"],
	[-2, "ENOENT"],
	[-13, "EACCES"],
	[-20, "ENOTDIR"],
	[-30, "EROFS"],
]);
