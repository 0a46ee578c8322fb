import type { Path } from "../../path/path.ts";
import { pathToText } from "../../path/path.ts";
import type { ProcessState } from "./state.ts";

/** Takes over the confinement of a process that somebody else started, in the process that then tries the escape techniques. */

export interface Entering {
	readonly state: ProcessState;
	/** Files of /proc/PID/ns whose namespace differs from ours. */
	readonly namespaces: readonly string[];
	/** Its seccomp filters in hexadecimal, oldest first. */
	readonly filters: readonly string[];
	/** Directories of its root that a tmpfs covers for the test, so that nothing is written to its files. */
	readonly covers: readonly Path[];
	/** Files that move a process into its cgroups. */
	readonly groups: readonly string[];
}

/** Returns arguments for `enterProgram`. */
export function enterArguments({ covers, filters, groups, namespaces, state }: Entering): string[] {
	const { accounts, capabilities } = state;
	const values = {
		target: state.pid,
		namespaces: namespaces.join(" "),
		uids: accounts.uids.slice(0, 3).join(" "),
		gids: accounts.gids.slice(0, 3).join(" "),
		groups: accounts.groups.join(" "),
		...capabilities,
		covers: covers.flatMap((path) => pathToText(path) ?? []).join("\n"),
		cgroups: groups.join("\n"),
		filters: filters.length,
		...Object.fromEntries(filters.map((filter, index) => [`filter${index}`, filter])),
	};
	return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}

/**
 * Perl without modules. The process that enters has been started outside, so it needs no file of the target. It gives up every
 * privilege before its child joins the target's PID namespace, where other processes could attack it: until then they cannot see
 * it. It works on a copy of the mount namespace, which keeps mounts from the target.
 */
export const enterProgram = String.raw`
sub broken { print "broken\t$_[0]\t", 0 + $!, "\n"; exit 1 }
sub must { return done($_[1]) ? 1 : broken($_[0]) }
sub enters { return must($_[0], sys('setns', fileno $_[1], 0)) }
sub same { my @one = stat $_[0]; return @one && "$one[0]:$one[1]" eq $_[1] }
{
	# PR_SET_DUMPABLE: nobody without privileges may look into this process.
	sys('prctl', 4, 0, 0, 0, 0);
	# If its cgroup has no memory left, the kernel ends this process and not one of the sandbox.
	if (open my $score, '>', '/proc/self/oom_score_adj') { syswrite $score, '1000' }
	for (split /\n/, $of{cgroups}) { open my $procs, '>', $_ or next; syswrite $procs, $$ }
	chdir "/proc/$of{target}" or broken('process');
	opendir my $process, '.' or broken('process');
	my %namespace;
	for (split / /, $of{namespaces}) { open $namespace{$_}, '<', "ns/$_" or broken("ns/$_") }
	my ($mount, $user) = delete @namespace{'mnt', 'user'};
	enters($_, $namespace{$_}) for sort keys %namespace;
	enters('mnt', $mount) if $mount;
	chdir $process;
	# As seen from the root of its mount namespace.
	my ($root, $directory) = (readlink 'root', readlink 'cwd');
	my ($root_is, $directory_is) = map { my @s = stat "$_/."; "$s[0]:$s[1]" } 'root', 'cwd';
	chdir '/';
	enters('user', $user) if $user;
	must('copy-mounts', sys('unshare', 0x20000));
	# MS_REC | MS_PRIVATE
	must('private-mounts', sys('mount', 'none', '/', 0, 0x44000, 0));
	my $is_there = chdir $directory && same('.', $directory_is);
	chroot $root and same('/.', $root_is) or broken('root');
	chdir '/' unless $is_there;
	my $flags = sub { my $buffer = "\0" x 120; return done(sys('statfs', $_[0], $buffer)) ? unpack 'x80 Q', $buffer : 0 };
	print "root-flags\t", $flags->('/'), "\n";
	for my $place (split /\n/, $of{covers}) {
		my @it = lstat $place or next;
		-d _ or next;
		# The flags of statfs(2) and mount(2) for ro, nosuid, nodev and noexec are equal.
		my $kept = $flags->($place) & 15;
		my $options = sprintf 'mode=%o,uid=%d,gid=%d,size=16m', $it[2] & 07777, $it[4], $it[5];
		push @writable, $place if done(sys('mount', 'none', $place, 'tmpfs', $kept, $options));
	}
	sys('prctl', 24, $_, 0, 0, 0) for grep { !bit($of{CapBnd}, $_) } 0 .. 63;
	# PR_SET_KEEPCAPS
	sys('prctl', 8, 1, 0, 0, 0);
	my @groups = split / /, $of{groups};
	sys('setgroups', scalar @groups, pack 'L*', @groups);
	must('group', sys('setresgid', map { 0 + $_ } split / /, $of{gids}));
	must('user', sys('setresuid', map { 0 + $_ } split / /, $of{uids}));
	sys('prctl', 8, 0, 0, 0, 0);
	my @low = map { low($of{$_}) } 'CapEff', 'CapPrm', 'CapInh';
	my @high = map { high($of{$_}) } 'CapEff', 'CapPrm', 'CapInh';
	# PR_CAP_AMBIENT_CLEAR_ALL, and PR_CAP_AMBIENT_RAISE
	sys('prctl', 47, 4, 0, 0, 0);
	must('capabilities', sys('capset', pack('L L', 0x20080522, 0), pack('L6', @low, @high)));
	sys('prctl', 47, 2, $_, 0, 0) for grep { bit($of{CapAmb}, $_) } 0 .. 63;
	my @free = grep { makes_in($_) } @writable;
	$tmp = $mounted = $free[0] // $writable[0] // '/';
	# PR_SET_PDEATHSIG and PR_SET_NO_NEW_PRIVS: filters need the latter, and no technique starts a setuid program.
	sys('prctl', 1, 9, 0, 0, 0);
	sys('prctl', 38, 1, 0, 0, 0);
}
# No file of the host is open from here on, whoever left it open.
sys('close_range', 3, 0xffffffff, 0);
for (0 .. $of{filters} - 1) {
	my $filter = pack 'H*', $of{"filter$_"};
	my $program = pack 'S x6 P', length($filter) / 8, $filter;
	done(sys('prctl', 22, 2, $program, 0, 0)) or done(sys('seccomp', 1, 0, $program)) or broken("filter $_");
}
my $inside = fork // broken('fork');
if ($inside) { alarm 40; waitpid $inside, 0; exit }
sys('prctl', 1, 9, 0, 0, 0);
alarm 30;
sub low { return hex substr "0" x 16 . $_[0], -8 }
sub high { return hex substr "0" x 16 . $_[0], -16, 8 }
sub bit { return ($_[1] < 32 ? low($_[0]) >> $_[1] : high($_[0]) >> $_[1] - 32) & 1 }
`;

/**
 * Prints a process's seccomp filters in hexadecimal, oldest first. The kernel shows them only to a tracer of a stopped process
 * (ptrace(2)), so it stops the process for some microseconds, as a debugger does. Its arguments are the pid and the numbers of
 * ptrace and wait4.
 */
export const filtersProgram = String.raw`
my ($pid, $ptrace, $wait4) = map { 0 + $_ } @ARGV;
# PTRACE_SEIZE, PTRACE_INTERRUPT, __WALL, PTRACE_SECCOMP_GET_FILTER, PTRACE_DETACH
alarm 5;
syscall($ptrace, 0x4206, $pid, 0, 0) == 0 or exit 1;
syscall $ptrace, 0x4207, $pid, 0, 0;
my $status = "\0" x 4;
syscall $wait4, $pid, $status, 0x40000000, 0;
for (my $index = 0; ; $index++) {
	my $length = syscall $ptrace, 0x420c, $pid, $index, 0;
	last if $length < 1;
	my $filter = "\0" x (8 * $length);
	syscall($ptrace, 0x420c, $pid, $index, $filter) == $length or last;
	print unpack('H*', $filter), "\n";
}
# A signal that arrived at the same moment is passed on.
my $stop = unpack 'L', $status;
syscall $ptrace, 17, $pid, 0, $stop >> 16 ? 0 : $stop >> 8 & 255;
`;
