import type { Technique } from "../technique.ts";

/** Techniques that leave the cage's tree or abuse files in it. */
export const files: readonly Technique[] = [
	{
		id: "climb",
		stoppedBy: ["root"],
		attempt: `chdir '/'; return climb();`,
	},
	{
		id: "chroot-again",
		stoppedBy: ["capabilities", "seccomp", "root"],
		attempt: `
			opendir my $above, '/' or return 0;
			my $jail = "$tmp/.jail";
			mkdir $jail or $jail = $tmp;
			chroot $jail or return 0;
			chdir $above or return 0;
			return climb();`,
	},
	{
		// If a directory is moved out of a root, that root no longer confines the processes below it.
		id: "move-directory-out",
		stoppedBy: ["capabilities", "seccomp", "root"],
		attempt: `
			mkdir "$tmp/$_" for '.a', '.a/b', '.a/b/c';
			pipe my $in, my $ready; pipe my $go, my $out;
			my $child = fork;
			unless ($child) {
				my $entered = (chroot "$tmp/.a") && chdir '/b/c';
				syswrite $ready, $entered ? 'y' : pack 'C', $!;
				exit 1 unless $entered;
				sysread $go, my $word, 1;
				exit(climb() ? 0 : 1);
			}
			# A filter may have killed the child before it wrote.
			close $ready;
			sysread $in, my $word, 1;
			rename "$tmp/.a/b", "$tmp/.moved" if $word eq 'y';
			syswrite $out, 'x';
			waitpid $child, 0;
			my $escaped = $? == 0;
			$! = $word eq 'y' ? 1 : ord $word;
			return $escaped;`,
	},
	{
		id: "file-handle",
		stoppedBy: ["capabilities", "seccomp"],
		opens: ["capability dac_read_search"],
		attempt: `
			my $handle = pack 'L l x128', 128, 0; my $mount = pack 'L', 0;
			# A filter that hides the handle leaves a guess: inode 2 of the file system.
			done(sys('name_to_handle_at', -100, $tmp, $handle, $mount, 0)) or $handle = pack 'L l L L', 8, 1, 2, 0;
			opendir my $directory, $tmp or return 0;
			return done(sys('open_by_handle_at', fileno_of($directory), $handle, 0));`,
	},
	{
		id: "device-node",
		stoppedBy: ["capabilities", "seccomp", "nodev"],
		attempt: `
			return with_new_file(sub {
				my $made = done(sys('mknodat', -100, $_[0], 020600, 1 << 8 | 9, 0));
				return $made && open my $device, '<', $_[0];
			});`,
	},
	{
		id: "disk-node",
		stoppedBy: ["capabilities", "seccomp", "nodev"],
		attempt: String.raw`
			die "none\n" unless $of{disk};
			return with_new_file(sub {
				my $made = done(sys('mknodat', -100, $_[0], 060600, 0 + $of{disk}, 0));
				return $made && open(my $disk, '<', $_[0]) && sysread $disk, my $block, 512;
			});`,
	},
	...(
		[
			["setuid-chmod", `plain($file) or return 0; chmod $mode, $file;`],
			["setuid-fchmod", `my $it = plain($file) or return 0; chmod $mode, $it;`],
			["setuid-fchmodat2", `plain($file) or return 0; sys('fchmodat2', -100, $file, $mode, 0);`],
			["setuid-create", `sys('openat', -100, $file, 0301, $mode);`],
			["setuid-mknod", `sys('mknodat', -100, $file, 0100000 | $mode, 0);`],
		] as const
	).map(
		([id, make]): Technique => ({
			id,
			stoppedBy: ["seccomp"],
			attempt: `
				umask 0;
				return first_in(writable(), sub {
					my $file = new_in($_[0]);
					for my $mode (04755, 02755) {
						sub { ${make} }->();
						my $bits = 0;
						keep_error(sub { $bits = (stat $file)[2]; unlink $file });
						return 1 if $bits & 06000;
					}
					return 0;
				});`,
		}),
	),
	{
		id: "node-by-rename",
		stoppedBy: ["seccomp"],
		attempt: `
			return with_new_file(sub {
				my ($file) = @_;
				return plain($file) && done(sys('renameat2', -100, $file, -100, "$file.x", 4));
			});`,
	},
	{
		// A file capability on data that someone runs outside: struct vfs_cap_data, revision 2, CAP_SYS_ADMIN.
		id: "file-capability",
		stoppedBy: ["capabilities"],
		opens: ["capability setfcap"],
		attempt: `
			return with_new_file(sub {
				plain($_[0]) or return 0;
				return done(sys('setxattr', $_[0], 'security.capability', pack('L5', 0x02000001, 1 << 21, 0, 0, 0), 20, 0));
			});`,
	},
	{
		id: "run-written",
		stoppedBy: ["noexec", "landlock"],
		opens: ["executable-data"],
		attempt: `
			return with_new_file(sub {
				my ($file) = @_;
				my $program = plain($file) or return 0;
				copy_program($program) or return 0;
				chmod 0755, $program;
				close $program;
				return runs(sub { exec { $file } $file, '--version' });
			});`,
	},
	{
		id: "map-written",
		stoppedBy: ["noexec"],
		opens: ["executable-data"],
		attempt: `
			return with_new_file(sub {
				my $library = plain($_[0]) or return 0;
				copy_program($library) or return 0;
				open my $it, '<', $_[0] or return 0;
				return done(sys('mmap', 0, 4096, 5, 2, fileno $it, 0));
			});`,
	},
	{
		id: "run-from-memory",
		stoppedBy: ["seccomp"],
		attempt: `
			my $fd = sys('memfd_create', 'program', 0);
			done($fd) or return 0;
			open my $it, '+<&=', $fd or return 0;
			copy_program($it) or return 0;
			my ($path, $words, $none) = ('', pack('p p J', 'x', '--version', 0), pack('J', 0));
			return runs(sub { sys('execveat', 0 + $fd, $path, $words, $none, 0x1000) });`,
	},
	{
		id: "write-cage",
		stoppedBy: ["read-only", "landlock", "account"],
		attempt: String.raw`return first_in('/', '/etc', '/usr', '/usr/bin', '/usr/lib', \&makes_in) || first_in('/etc/passwd', '/etc/group', '/etc/nsswitch.conf', \&opens_for_writing);`,
	},
	{
		id: "write-launcher",
		stoppedBy: ["read-only", "landlock", "account"],
		attempt: `return makes_in('/.launch') || opens_for_writing($of{loader});`,
	},
	{
		id: "write-shared",
		stoppedBy: ["read-only", "landlock"],
		attempt: String.raw`
			my @shared = split /\n/, $of{shared} or die "none\n";
			return first_in(@shared, \&makes_in);`,
	},
	{
		id: "make-writable",
		stoppedBy: ["capabilities", "seccomp", "landlock"],
		attempt: `return done(sys('mount', 0, '/', 0, 0x1020 | 6, 0));`,
	},
	{
		id: "link-program",
		stoppedBy: ["root", "landlock", "account"],
		attempt: `
			return with_new_file(sub { return link $of{loader}, $_[0] });`,
	},
	...(
		[
			["proc-kcore", 0, "/proc/kcore"],
			["proc-sysrq", 1, "/proc/sysrq-trigger"],
			["proc-core-pattern", 1, "/proc/sys/kernel/core_pattern"],
			["proc-modprobe", 1, "/proc/sys/kernel/modprobe"],
			["sys-uevent", 1, "/sys/kernel/uevent_helper"],
			["dev-mem", 0, "/dev/mem"],
			["dev-kmsg", 0, "/dev/kmsg"],
		] as const
	).map(
		([id, how, path]): Technique => ({
			id,
			stoppedBy: path.startsWith("/dev") ? ["own-dev"] : ["no-proc"],
			// O_RDONLY or O_WRONLY, so that nothing is created where the file is missing, as in a cage's empty /proc.
			attempt: `return sysopen my $it, '${path}', ${how};`,
		}),
	),
];
