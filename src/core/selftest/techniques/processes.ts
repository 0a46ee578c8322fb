import type { Technique } from "../technique.ts";

/** Techniques against the bystander, a process of the same account outside. */
export const processes: readonly Technique[] = [
	{ id: "signal", stoppedBy: ["pid", "landlock"], attempt: `return kill 0, $other;` },
	{ id: "pidfd", stoppedBy: ["pid"], attempt: `return done(sys('pidfd_open', $other, 0));` },
	{
		id: "trace-attach",
		stoppedBy: ["pid", "seccomp"],
		// PTRACE_SEIZE does not stop the process, unlike PTRACE_ATTACH. It is released when we exit.
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

/** socket(2): family, type and protocol. `spared`: the request loads a module if the kernel has one. */
const families = [
	["packet", "17, 3, 768", "net_raw", false],
	["packet-by-inet", "2, 10, 768", "net_raw", true],
	["raw", "2, 3, 1", "net_raw", false],
	["raw-inet6", "10, 3, 58", "net_raw", false],
	["netlink-audit", "16, 3, 9", undefined, false],
	["netlink-events", "16, 3, 15", undefined, false],
	["netlink-diagnosis", "16, 3, 4", undefined, true],
	["netlink-firewall", "16, 3, 12", undefined, true],
	["netlink-generic", "16, 3, 16", undefined, false],
	["kernel-crypto", "38, 5, 0", undefined, true],
	["virtual-machine", "40, 1, 0", undefined, true],
	["can", "29, 3, 1", undefined, true],
	["tipc", "30, 5, 0", undefined, true],
	["bluetooth", "31, 3, 1", undefined, true],
	["ipsec", "15, 3, 2", undefined, true],
	["rds", "21, 5, 0", undefined, true],
	["xdp", "44, 3, 0", "net_raw", true],
	["smc", "43, 1, 0", undefined, true],
	["vendor-modem", "42, 2, 0", undefined, true],
] as const;

/** Techniques that contact the bystander's sockets. */
export const sockets: readonly Technique[] = [
	{
		id: "loopback",
		stoppedBy: ["net"],
		opens: ["network"],
		attempt: `
			socket my $socket, 2, 1, 6 or return 0;
			return connect $socket, pack 'S n C4 x8', 2, $of{port}, 127, 0, 0, 1;`,
	},
	{
		id: "abstract-socket",
		stoppedBy: ["net", "seccomp", "landlock"],
		opens: ["abstract-sockets"],
		attempt: `
			socket my $socket, 1, 1, 0 or return 0;
			return connect $socket, pack 'S x a*', 1, $of{abstract};`,
	},
	{
		// A pair of datagram sockets can send to any name.
		id: "abstract-by-pair",
		stoppedBy: ["net", "seccomp", "landlock"],
		opens: ["abstract-sockets"],
		attempt: `
			socketpair my $one, my $two, 1, 2, 0 or return 0;
			return send $one, 'x', 0, pack 'S x a*', 1, "$of{abstract}-datagrams";`,
	},
	{
		// By multipath TCP and TCP: to take the place of a service, or to offer one of its own.
		id: "other-port",
		stoppedBy: ["landlock"],
		opens: ["ports"],
		attempt: `
			for my $protocol (262, 6) {
				socket my $socket, 2, 1, $protocol or next;
				return 1 if bind $socket, pack 'S n C4 x8', 2, $of{unplanned}, 127, 0, 0, 1;
			}
			return 0;`,
	},
	...families.map(
		([id, words, capability, spared]): Technique => ({
			id: `socket-${id}`,
			stoppedBy: ["seccomp"],
			...(capability ? { opens: [`capability ${capability}`] as const } : {}),
			...(spared ? { spared } : {}),
			attempt: `return socket my $socket, ${words};`,
		}),
	),
];

/** Techniques that use what the cage's starter may have left open. */
export const inherited: readonly Technique[] = [
	{
		id: "descriptor",
		stoppedBy: ["init"],
		attempt: `
			for my $fd (3 .. 1023) { return 1 if open my $it, '<&=', $fd }
			return 0;`,
	},
	{
		id: "standard-input",
		stoppedBy: ["init"],
		attempt: `my @s = stat STDIN; $! = 0; return ($s[2] & 0170000) != 020000 || $s[6] != (1 << 8 | 3);`,
	},
	{
		id: "working-directory",
		stoppedBy: ["init"],
		attempt: `return climb();`,
	},
	{
		id: "environment",
		stoppedBy: ["environment"],
		attempt: String.raw`
			my %told = map { $_ => 1 } split /\n/, $of{environment};
			$! = 0;
			return scalar grep { !$told{$_} } keys %ENV;`,
	},
	{
		id: "terminal",
		stoppedBy: ["session"],
		attempt: `return open my $terminal, '+<', '/dev/tty';`,
	},
	{
		// TIOCSTI and TIOCLINUX insert input for a shell outside. On a pipe an allowed call ends with ENOTTY.
		id: "type-into-terminal",
		stoppedBy: ["seccomp", "session"],
		attempt: `my $key = ''; return answered(sys('ioctl', 0, 0x5412, $key), 25) || answered(sys('ioctl', 0, 0x541c, $key), 25);`,
	},
];
