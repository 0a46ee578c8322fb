import type { MountPoint } from "../../base/machine/mountinfo.ts";
import { isSyscall, type SyscallGroup, type SyscallName, syscallGroups, syscallNames } from "./syscalls.ts";

/** The kernel's view of a caged process from outside. */

export interface ObservedProcess {
	/** Whether its root directory and the root of its mount namespace are the cage's generation; undefined if unknown. */
	readonly inside: boolean;
	readonly rootOfNamespace: boolean | undefined;
	/** The five capability sets (capabilities(7)) by their names in /proc/PID/status. */
	readonly capabilities: Readonly<Record<string, readonly string[]>>;
	readonly seccomp: boolean;
	readonly noNewPrivileges: boolean;
	/** Kinds of namespaces that it shares with the host. */
	readonly sharedNamespaces: readonly string[];
	/** Open descriptors besides those it started with, including its init's. */
	readonly descriptors: readonly string[];
	readonly mounts: readonly Pick<MountPoint, "path" | "options" | "device" | "root">[];
	/** Its session is that of the cage's init, and has no terminal. */
	readonly ownSession: boolean;
	readonly terminal: boolean;
	/** Names of the variables in its init's environment, which is the same. */
	readonly environment: readonly string[];
	/** Processes of the same account outside the cage. */
	readonly sameAccount: readonly number[];
}

/** Facts from which the system call filter for one application is made. */
export interface ObservedCalls {
	/** Names of the calls that the application made, successful or not. */
	readonly made: readonly string[];
	/** Calls that an option permits or a granted capability needs. */
	readonly allowed?: readonly string[];
	/** Calls that `--refuse` names. */
	readonly refused?: readonly string[];
}

/** Why the filter for one application permits a call. */
export type CallReason =
	| { readonly rule: "base" | "made" | "allowed" }
	/** The application made `example`, another call of the group. */
	| { readonly rule: "group"; readonly group: SyscallGroup; readonly example: SyscallName };

/**
 * Calls that every program needs, whatever the trace saw: libc and the loader, our init and setpriv, which run under the same
 * filter, and what libraries do in error paths and under load.
 */
const base: ReadonlySet<SyscallName> = new Set(
	[
		// Starting a program.
		"execve arch_prctl set_tid_address set_robust_list get_robust_list rseq prlimit64 getrlimit brk mmap munmap mprotect",
		"mremap madvise mincore mseal map_shadow_stack open openat open_tree close read readv pread64 fstat newfstatat stat lstat statx access faccessat faccessat2",
		"readlink readlinkat getcwd chdir lseek getdents64 fcntl uname getrandom sysinfo umask",
		// The account and its privileges.
		"getuid geteuid getgid getegid getgroups getresuid getresgid setresuid setresgid setgroups capget capset prctl",
		// Processes and threads.
		"getpid getppid gettid getpgid getpgrp getsid setsid setpgid clone fork vfork wait4 waitid kill tgkill tkill exit",
		"exit_group getrusage times sched_yield sched_getaffinity getcpu futex futex_waitv futex_wait futex_wake futex_requeue",
		"membarrier",
		// Questions about the machine and the own process.
		"getpriority ioprio_get get_mempolicy sched_get_priority_max sched_get_priority_min sched_getattr sched_getparam",
		"sched_getscheduler sched_rr_get_interval",
		// Giving up more rights. The self-test notices with them whether Landlock is missing.
		"landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp",
		// Signals. A tracer of the kernel enters by the last one.
		"rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack restart_syscall pause",
		"uretprobe",
		// Time: the kernel's vDSO answers these without a call, but not on every machine.
		"clock_gettime clock_getres clock_nanosleep gettimeofday nanosleep time alarm getitimer setitimer",
		// Waiting, and writing a message about a problem.
		"poll ppoll select pselect6 pipe pipe2 write writev pwrite64 dup dup2 dup3 close_range ioctl socket connect sendto",
	].flatMap(syscallNames),
);

/**
 * Calls that no service has business with: they change the machine, its file tree or namespaces, or reach into other processes
 * and the kernel. Libraries probe for some of them, and a program that did so in the trace keeps its error.
 */
const intrusive: readonly SyscallName[] = [
	"pivot_root mount umount2 fsopen fsconfig fsmount fspick move_mount open_tree open_tree_attr mount_setattr setns unshare",
	"ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp open_by_handle_at fanotify_init add_key request_key keyctl",
	"bpf perf_event_open userfaultfd lookup_dcookie nfsservctl uselib init_module finit_module delete_module kexec_load",
	"kexec_file_load reboot swapon swapoff sethostname setdomainname iopl ioperm acct quotactl quotactl_fd",
].flatMap(syscallNames);

/**
 * Returns the calls that a filter for this application permits, with the reason: what every program needs, what the application
 * made, and the rest of each group that it used in part. The general filter's refusals apply nevertheless (filter.ts).
 */
export function permittedCalls({ allowed = [], made, refused = [] }: ObservedCalls): ReadonlyMap<SyscallName, CallReason> {
	const permitted = new Map<SyscallName, CallReason>();
	const permit = (name: SyscallName, reason: CallReason) => {
		if (!permitted.has(name) && !refused.includes(name)) permitted.set(name, reason);
	};
	for (const name of allowed) if (isSyscall(name)) permit(name, { rule: "allowed" });
	const observed = new Set(made.filter(isSyscall));
	for (const name of observed) permit(name, { rule: "made" });
	for (const name of base) permit(name, { rule: "base" });
	const used = new Set([...allowed.filter(isSyscall), ...observed]);
	for (const { calls, name: group } of syscallGroups) {
		const example = calls.find((name) => used.has(name));
		if (example !== undefined) for (const name of calls) permit(name, { rule: "group", group, example });
	}
	return permitted;
}

/**
 * Returns the calls for which the kernel kills the process: intrusive ones that the application did not even try. With other
 * arguments than an intruder's, some are harmless (filter.ts).
 */
export function killedCalls({ allowed = [], made }: ObservedCalls): ReadonlySet<SyscallName> {
	return new Set(intrusive.filter((name) => !made.includes(name) && !allowed.includes(name)));
}
