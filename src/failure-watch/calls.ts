import type { SyscallName } from "../confine/seccomp/syscalls.ts";
import type { Operation } from "../trace/trace.ts";

/** The calls that native/failures.c watches, and their operations. The flags of an `open` are not read, so that it counts as reading. */
export const watchedCalls: ReadonlyMap<SyscallName, Operation> = new Map([
	["open", "read"],
	["stat", "look"],
	["lstat", "look"],
	["access", "look"],
	["execve", "execute"],
	["truncate", "write"],
	["chdir", "enter"],
	["rename", "create"],
	["mkdir", "create"],
	["creat", "create"],
	["readlink", "look"],
	["statfs", "look"],
	["openat", "read"],
	["mkdirat", "create"],
	["newfstatat", "look"],
	["readlinkat", "look"],
	["faccessat", "look"],
	["execveat", "execute"],
	["statx", "look"],
	["openat2", "read"],
	["faccessat2", "look"],
]);

/** Errors that a cage can cause: missing, not permitted, read-only. */
export const watchedErrors: ReadonlyMap<number, string> = new Map([
	[-1, "EPERM"],
	[-2, "ENOENT"],
	[-13, "EACCES"],
	[-20, "ENOTDIR"],
	[-30, "EROFS"],
]);
