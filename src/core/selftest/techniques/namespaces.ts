import type { Technique } from "../technique.ts";

/** clone(2): the flag for each kind of namespace. */
const kinds = {
	mount: 0x20000,
	cgroup: 0x2000000,
	uts: 0x4000000,
	ipc: 0x8000000,
	user: 0x10000000,
	pid: 0x20000000,
	net: 0x40000000,
} as const;
const newTime = 0x80;

const adminOpens = ["capability sys_admin"] as const;

/** Techniques that create other views of the system, through old and new calls. */
export const namespaces: readonly Technique[] = [
	...Object.entries({ ...kinds, time: newTime }).map(
		([kind, flag]): Technique => ({
			id: `unshare-${kind}`,
			stoppedBy: kind === "user" ? ["seccomp"] : ["capabilities", "seccomp"],
			attempt: `return done(sys('unshare', ${flag}));`,
		}),
	),
	...Object.entries(kinds).map(
		([kind, flag]): Technique => ({
			id: `clone-${kind}`,
			stoppedBy: kind === "user" ? ["seccomp"] : ["capabilities", "seccomp"],
			attempt: `
				my $child = sys('clone', ${flag} | 17, 0, 0, 0, 0);
				syscall($number{exit_group}, 0) if $child == 0;
				return done($child);`,
		}),
	),
	{
		id: "clone3-user",
		stoppedBy: ["seccomp"],
		attempt: `
			my $child = sys('clone3', pack('Q11', ${kinds.user}, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0), 88);
			syscall($number{exit_group}, 0) if $child == 0;
			return done($child);`,
	},
	{
		id: "enter-by-pidfd",
		stoppedBy: ["pid", "capabilities", "seccomp"],
		attempt: `
			my $process = sys('pidfd_open', $other, 0);
			done($process) or return 0;
			return done(sys('setns', 0 + $process, ${kinds.uts}));`,
	},
	{
		id: "enter-by-proc",
		stoppedBy: ["no-proc", "capabilities", "seccomp"],
		attempt: `
			open my $its, '<', '/proc/1/ns/uts' or return 0;
			return done(sys('setns', fileno $its, 0));`,
	},
	...(
		[
			["mount-tmpfs", "'none', $place, 'tmpfs', 0, 0"],
			["mount-bind", "'/', $place, 0, 0x1000, 0"],
			["mount-proc", "'none', $place, 'proc', 0, 0"],
			["mount-overlay", "'none', $place, 'overlay', 0, \"lowerdir=/:$tmp\""],
		] as const
	).map(
		([id, words]): Technique => ({
			id,
			stoppedBy: ["capabilities", "seccomp", "landlock"],
			opens: adminOpens,
			attempt: `
				my $place = "$tmp/.mount";
				mkdir $place;
				my $mounted = done(sys('mount', ${words}));
				keep_error(sub { sys('umount2', $place, 2) if $mounted });
				return $mounted;`,
		}),
	),
	{
		// MNT_EXPIRE only marks the mount, and returns EAGAIN or EBUSY.
		id: "unmount",
		stoppedBy: ["capabilities", "seccomp", "landlock"],
		opens: adminOpens,
		attempt: `return answered(sys('umount2', $mounted, 4), 11, 16);`,
	},
	{
		id: "pivot-root",
		stoppedBy: ["capabilities", "seccomp", "landlock"],
		opens: adminOpens,
		attempt: `return answered(sys('pivot_root', '/', '/'), 16);`,
	},
	{ id: "fsopen", stoppedBy: ["capabilities", "seccomp"], attempt: `return done(sys('fsopen', 'tmpfs', 0));` },
	{ id: "fspick", stoppedBy: ["capabilities", "seccomp"], attempt: `return done(sys('fspick', -100, $tmp, 0));` },
	{
		// OPEN_TREE_CLONE
		id: "open-tree",
		stoppedBy: ["capabilities", "seccomp"],
		attempt: `return done(sys('open_tree', -100, '/', 1));`,
	},
	{
		id: "fsmount",
		stoppedBy: ["capabilities", "seccomp"],
		attempt: `return answered(sys('fsmount', -1, 0, 0), 9);`,
	},
	{
		id: "move-mount",
		stoppedBy: ["capabilities", "seccomp", "landlock"],
		attempt: `return answered(sys('move_mount', -1, '', -1, '', 0x44), 9);`,
	},
	{
		// Removes nosuid (MOUNT_ATTR_NOSUID) from the mount of $tmp.
		id: "mount-setattr",
		stoppedBy: ["capabilities", "seccomp"],
		attempt: `return done(sys('mount_setattr', -100, $tmp, 0, pack('Q4', 0, 2, 0, 0), 32));`,
	},
	{
		id: "list-mounts",
		stoppedBy: ["seccomp"],
		attempt: String.raw`my $ids = "\0" x 256; return done(sys('listmount', pack('L L Q Q Q', 32, 0, 0xffffffffffffffff, 0, 0), $ids, 32, 0));`,
	},
];

/** Techniques that regain privileges. */
export const rights: readonly Technique[] = [
	{
		id: "become-root",
		stoppedBy: ["capabilities", "seccomp", "account"],
		opens: ["capability setuid"],
		attempt: String.raw`die "none\n" if $of{uid} eq '0'; return done(sys('setresuid', 0, 0, 0));`,
	},
	{
		id: "join-group",
		stoppedBy: ["capabilities", "seccomp"],
		opens: ["capability setgid"],
		attempt: `my (undef, @own) = split ' ', $); return done(sys('setgroups', @own + 1, pack 'L*', @own, 42));`,
	},
	{
		// All capabilities, in each set.
		id: "take-capabilities",
		stoppedBy: ["capabilities"],
		attempt: `return done(sys('capset', pack('L L', 0x20080522, 0), pack('L6', (1 << 21) x 3, (0) x 3)));`,
	},
	{
		// PR_SET_SECUREBITS
		id: "secure-bits",
		stoppedBy: ["capabilities", "seccomp"],
		opens: ["capability setpcap"],
		attempt: `return done(sys('prctl', 28, 0, 0, 0, 0));`,
	},
	{
		id: "chown",
		stoppedBy: ["capabilities", "seccomp"],
		opens: ["capability chown"],
		attempt: `
			return first_in(writable(), sub {
				my $file = new_in($_[0]);
				plain($file) or return 0;
				my $given = chown $of{uid} eq '1' ? 2 : 1, -1, $file;
				keep_error(sub { unlink $file });
				return $given;
			});`,
	},
	{
		id: "raise-limit",
		stoppedBy: ["capabilities", "seccomp"],
		opens: ["capability sys_resource"],
		// Our own RLIMIT_NICE, hard and soft.
		attempt: `return done(sys('prlimit64', 0, 13, pack('Q Q', 39, 39), 0));`,
	},
	{
		id: "raise-priority",
		stoppedBy: ["capabilities", "seccomp"],
		opens: ["capability sys_nice"],
		attempt: `return setpriority 0, 0, -20;`,
	},
];
