import type { Way } from "../way.ts";

/** At a process of the same account outside, which the test started for that. */
export const processes: readonly Way[] = [
	{ id: "signal", stoppedBy: ["pid"], attempt: `return kill 0, $other;` },
	{ id: "pidfd", stoppedBy: ["pid"], attempt: `return done(sys('pidfd_open', $other, 0));` },
	{
		id: "trace-attach",
		stoppedBy: ["pid", "seccomp"],
		// PTRACE_SEIZE: unlike PTRACE_ATTACH it does not stop the process. Our end lets go of it.
		attempt: `return done(sys('ptrace', 0x4206, $other, 0, 0));`,
	},
	{
		id: "read-memory",
		stoppedBy: ["pid", "seccomp"],
		attempt: String.raw`
			my $read = "\0" x length $of{token};
			my $here = pack 'P J', $read, length $read;
			my $there = pack 'J J', $of{address}, length $read;
			done(sys('process_vm_readv', $other, $here, 1, $there, 1, 0)) or return 0;
			return $read eq $of{token};`,
	},
	{
		id: "take-descriptor",
		stoppedBy: ["pid", "seccomp"],
		attempt: `
			my $process = sys('pidfd_open', $other, 0);
			done($process) or return 0;
			my $fd = sys('pidfd_getfd', 0 + $process, 0, 0);
			return done($fd);`,
	},
	{ id: "compare", stoppedBy: ["pid", "seccomp"], attempt: `return done(sys('kcmp', $$, $other, 0, 0, 0));` },
	{
		id: "priority",
		stoppedBy: ["pid"],
		attempt: `$! = 0; my $now = getpriority 0, $other; return 0 if $!; return setpriority 0, $other, $now;`,
	},
	{
		id: "affinity",
		stoppedBy: ["pid"],
		attempt: String.raw`
			my $set = "\0" x 128;
			my $size = sys('sched_getaffinity', $other, 128, $set);
			return done($size) && done(sys('sched_setaffinity', $other, 0 + $size, $set));`,
	},
	{ id: "io-priority", stoppedBy: ["pid"], attempt: `return done(sys('ioprio_get', 1, $other));` },
	{
		id: "limits",
		stoppedBy: ["pid"],
		attempt: String.raw`my $limit = "\0" x 16; return done(sys('prlimit64', $other, 7, 0, $limit));`,
	},
	{
		id: "proc-root",
		stoppedBy: ["no-proc", "pid"],
		attempt: `return first_in(1, $other, getppid, sub { at_host("/proc/$_[0]/root/.") || at_host("/proc/$_[0]/cwd/.") });`,
	},
	{ id: "proc-memory", stoppedBy: ["no-proc", "pid"], attempt: `return open my $it, '<', "/proc/$other/mem";` },
	{
		id: "proc-environment",
		stoppedBy: ["no-proc", "pid"],
		attempt: `return open my $it, '<', "/proc/$other/environ";`,
	},
	{ id: "init-memory", stoppedBy: ["no-proc", "capabilities"], attempt: `return open my $it, '+<', '/proc/1/mem';` },
];
