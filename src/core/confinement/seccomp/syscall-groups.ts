import { type SyscallName, syscalls } from "./syscalls.ts";

/**
 * Groups of calls that belong together, as in systemd.exec(5) (`systemd-analyze syscall-filter`), with the names of x86_64. A
 * program that uses a part of a group may use the rest in a rare path. Files include what copies, locks and syncs them: nginx
 * sends a page with sendfile, but only its headers without (measured). Pipes are not in `ipc`, because nearly every program uses
 * them and few use System V's memory. Groups that only change the machine are left out, and so are calls that move the memory of
 * other processes.
 */
const lists = {
	aio: "io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit",
	"basic-io": "close close_range dup dup2 dup3 lseek pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readv write writev",
	chown: "chown fchown fchownat lchown",
	"file-system":
		"access chdir chmod creat faccessat faccessat2 fallocate fchdir fchmod fchmodat fchmodat2 fcntl fgetxattr file_getattr " +
		"file_setattr flistxattr fremovexattr fsetxattr fstat fstatfs ftruncate futimesat getcwd getdents getdents64 getxattr " +
		"getxattrat inotify_add_watch inotify_init inotify_init1 inotify_rm_watch lgetxattr link linkat listxattr listxattrat " +
		"llistxattr lremovexattr lsetxattr lstat mkdir mkdirat mknod mknodat newfstatat open openat readlink readlinkat " +
		"removexattr removexattrat rename renameat renameat2 rmdir setxattr setxattrat stat statfs statx symlink symlinkat " +
		"truncate unlink unlinkat utime utimensat utimes " +
		"copy_file_range fadvise64 flock readahead sendfile splice tee vmsplice " +
		"fdatasync fsync msync sync sync_file_range syncfs",
	"io-event":
		"epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 poll ppoll pselect6 select",
	ipc:
		"mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd semctl semget " +
		"semop semtimedop shmat shmctl shmdt shmget",
	memlock: "mlock mlock2 mlockall munlock munlockall",
	"network-io":
		"accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg " +
		"sendto setsockopt shutdown socket socketpair",
	pkey: "pkey_alloc pkey_free pkey_mprotect",
	process:
		"capget clone fork getrusage kill pidfd_open pidfd_send_signal prctl rt_sigqueueinfo rt_tgsigqueueinfo tgkill times " +
		"tkill vfork wait4 waitid",
	resources:
		"ioprio_set mbind sched_setaffinity sched_setattr sched_setparam sched_setscheduler set_mempolicy " +
		"set_mempolicy_home_node setpriority setrlimit",
	setuid: "setfsgid setfsuid setgid setgroups setregid setresgid setresuid setreuid setuid",
	signal: "rt_sigaction rt_sigpending rt_sigprocmask rt_sigsuspend rt_sigtimedwait sigaltstack signalfd signalfd4",
	timer:
		"alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create " +
		"timerfd_gettime timerfd_settime",
} as const;

export type SyscallGroup = keyof typeof lists;

export function isSyscall(name: string): name is SyscallName {
	return Object.hasOwn(syscalls, name);
}

/** Splits names at spaces. Throws for a name that is no call, which is a mistake in our lists. */
export function syscallNames(text: string): SyscallName[] {
	return text.split(" ").map((name) => {
		if (!isSyscall(name)) throw new Error(`no system call: ${name}`);
		return name;
	});
}

export const syscallGroups = Object.entries(lists).map(([name, text]) => ({
	name: name as SyscallGroup,
	calls: syscallNames(text),
}));
