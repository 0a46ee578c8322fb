import { type Architecture, type SyscallName, syscallNumber, syscalls } from "../confinement/seccomp/syscalls.ts";
import { Program } from "../machine-code/program.ts";
import { type Path, pathToText } from "../path/path.ts";
import { allTechniques } from "./techniques/techniques.ts";

/**
 * Returns the bystander: a process outside under the application's account that has one of each object which processes of an
 * account share. It exits and removes them when its input ends, which also happens if its starter is killed. The shared memory
 * is marked for removal at once and exists as long as the process (shmctl(2)); the key expires.
 */
export function bystanderProgram(architecture: Architecture, token: string): string {
	const number = (name: SyscallName) => syscallNumber(name, architecture);
	return String.raw`
$0 = 'cagewright-decoy'; $| = 1;
my $token = '${token}';
my $name = "cagewright-$token";
my $memory = shmget 0, 4096, 01600;
shmwrite $memory, $token, 0, length $token;
syscall ${number("shmat")}, $memory, 0, 0;
shmctl $memory, 0, 0;
my $messages = msgget 0, 01600;
my $semaphores = semget 0, 1, 01600;
my $queue = syscall(${number("mq_open")}, $name, 0102, 0600, 0) == -1 ? '' : $name;
my $type = 'user';
my $key = syscall ${number("add_key")}, $type, $name, $token, length $token, -4;
syscall ${number("keyctl")}, 15, $key, 120 if $key != -1;
socket my $tcp, 2, 1, 6;
bind $tcp, pack 'S n C4 x8', 2, 0, 127, 0, 0, 1;
listen $tcp, 16;
my $port = unpack 'x2 n', getsockname $tcp;
socket my $stream, 1, 1, 0;
bind $stream, pack 'S x a*', 1, $name;
listen $stream, 16;
socket my $datagrams, 1, 2, 0;
bind $datagrams, pack 'S x a*', 1, "$name-datagrams";
my %facts = (pid => $$, token => $token, address => unpack('J', pack 'P', $token), memory => $memory, messages => $messages,
	semaphores => $semaphores, queue => $queue, key => $key == -1 ? '' : $name, port => $port, abstract => $name);
print join("\t", map { "$_=$facts{$_}" } sort keys %facts), "\n";
1 while sysread STDIN, my $rest, 64;
END {
	msgctl $messages, 0, 0;
	semctl $semaphores, 0, 0, 0;
	syscall ${number("mq_unlink")}, $queue if $queue ne '';
	syscall ${number("keyctl")}, 9, $key, -4 if $key != -1;
}
`;
}

/** Returns undefined if the line is incomplete. */
export function parseBystander(line: string): BystanderFacts | undefined {
	const values = new Map(line.split("\t").map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
	const text = (name: string) => values.get(name) ?? "";
	const number = (name: string) => Number(values.get(name) || Number.NaN);
	const facts = {
		pid: number("pid"),
		token: text("token"),
		address: number("address"),
		memory: number("memory"),
		messages: number("messages"),
		semaphores: number("semaphores"),
		queue: text("queue"),
		key: text("key"),
		port: number("port"),
		abstract: text("abstract"),
	};
	return Object.values(facts).some(Number.isNaN) || !facts.token ? undefined : facts;
}

/** The attempts' targets: numbers, names and paths of ours. */
export interface Target {
	/** `device:inode` of the host's root directory. */
	readonly host: string;
	/** Path of the loader in the cage: the one program that certainly exists. */
	readonly loader: Path;
	readonly writable: readonly Path[];
	/** Read-only directories of the host. */
	readonly shared: readonly Path[];
	/** Names of the application's variables. */
	readonly environment: readonly string[];
	/** Device number of the disk with the host's root; 0 if there is none. */
	readonly disk: number;
	readonly uid: number;
	/** A TCP port that the plan does not contain. */
	readonly unplanned: number;
	readonly bystander: BystanderFacts;
}

/** What the bystander reports about itself. */
export interface BystanderFacts {
	readonly pid: number;
	/** Its secret, and the secret's address in its memory. */
	readonly token: string;
	readonly address: number;
	/** Ids of System V shared memory, message queue and semaphores. */
	readonly memory: number;
	readonly messages: number;
	readonly semaphores: number;
	/** Name of a POSIX queue and description of a key; empty if the kernel has none. */
	readonly queue: string;
	readonly key: string;
	/** TCP port at 127.0.0.1, and an abstract socket's name without its NUL. */
	readonly port: number;
	readonly abstract: string;
}

interface ProgramOptions {
	/** Perl that runs after the functions and before the attempts, as in foreign/enter.ts. */
	readonly enter?: string;
	/** Techniques that are not attempted. */
	readonly omitted?: ReadonlySet<string>;
	/** Omits attempts that would change the host if no layer stops them. */
	readonly spare?: boolean;
	/** Each attempt says that it is ready and waits for SIGUSR1. */
	readonly isGated?: boolean;
}

/** Returns the text for `perl -e`. */
export function attemptsProgram(
	architecture: Architecture,
	{ enter, isGated = false, omitted, spare = false }: ProgramOptions,
): string {
	return [
		prelude(architecture),
		...(enter === undefined ? [] : [enter]),
		...(isGated ? ["$gated = 1; alarm 900;"] : []),
		...allTechniques.flatMap(({ attempt, id, spared }, index) =>
			(spare && spared) || omitted?.has(id) ? [] : [`attempt('${id}', ${index}, sub {\n${attempt}\n});`],
		),
		"alarm 0; print qq(done\\n);",
		// The test observes it from outside and stops it. A signal from an earlier attempt only shortens the wait.
		"my $end = time + 20;",
		"sleep 1 while time < $end;",
	].join("\n");
}

/** The technique whose process has this name, in the run with this token. */
export function techniqueNamed(name: string, token: string): string | undefined {
	const prefix = `${token.slice(0, 8)}-`;
	return name.startsWith(prefix) ? allTechniques[Number(name.slice(prefix.length))]?.id : undefined;
}

/** Whether a gated attempt waits for its signal. */
export const isReady = (output: string, id: string) => output.includes(`\n${id}\tready\n`) || output.startsWith(`${id}\tready\n`);
/** Whether it has ended. */
export const isEnded = (output: string, id: string) => new RegExp(`^${id}\t(?!ready)`, "m").test(output);

/** Returns the program's arguments. Skips a directory whose name is not text; another of its kind is enough. */
export function attemptsArguments(target: Target, architecture: Architecture): string[] {
	const lines = (paths: readonly Path[]) => paths.flatMap((path) => pathToText(path) ?? []).join("\n");
	const { bystander, environment, shared, writable, ...rest } = target;
	const values = {
		...rest,
		...bystander,
		architecture,
		abstract: bystander.abstract,
		environment: environment.join("\n"),
		shared: lines(shared),
		writable: lines(writable),
		program: quietProgram(architecture).toString("hex"),
	};
	return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}

/** A static executable that only ends with 0: what an intruder would bring. */
function quietProgram(architecture: Architecture): Buffer {
	const program = new Program(architecture);
	program.exit(0);
	return program.executable();
}

function numbers(architecture: Architecture): string {
	return (Object.keys(syscalls) as SyscallName[])
		.flatMap((name) => {
			const number = syscallNumber(name, architecture);
			return number === undefined ? [] : [`${name} => ${number}`];
		})
		.join(", ");
}

/**
 * Uses only perl's builtins, because the cage has no modules. Perl passes numbers as numbers and text by address (perlfunc,
 * syscall), so each argument is converted explicitly.
 */
const prelude = (architecture: Architecture) => String.raw`
$0 = 'selftest'; $| = 1; alarm 120;
my %number = (${numbers(architecture)});
my %of = map { split /=/, $_, 2 } @ARGV;
my @writable = split /\n/, $of{writable};
# A directory for new files, and a mount.
my ($tmp, $mounted) = ('/tmp', '/dev/shm');
my $other = 0 + $of{pid};
my ($gated, $go) = (0, 0);
$SIG{USR1} = sub { $go = 1 };

# Runs in its own process, so that a crash, a hang or given up privileges do not affect later attempts.
sub attempt {
	my ($id, $index, $try) = @_;
	if ($gated) { print "$id\tready\n"; select undef, undef, undef, 0.02 until $go; $go = 0 }
	my $child = fork;
	if (!defined $child) { print "$id\tfailed\t", 0 + $!, "\n"; return }
	if ($child == 0) {
		alarm 10;
		# PR_SET_NAME: the kernel's records have it.
		my $name = substr($of{token}, 0, 8) . "-$index";
		syscall $number{prctl}, 15, $name;
		$! = 0;
		my $out = eval { $try->() };
		my $error = 0 + $!;
		my $how = $@ eq "none\n" ? 'impossible' : $@ ? 'failed' : $out ? 'escaped' : 'refused';
		syswrite STDOUT, "$id\t$how\t$error\n";
		syscall $number{exit_group}, 0;
	}
	waitpid $child, 0;
	my $signal = $? & 127;
	print "$id\t", ($signal == 14 ? 'failed' : 'killed'), "\t$signal\n" if $signal;
}

sub sys {
	my $name = shift;
	die "none\n" unless defined $number{$name};
	# syscall accepts no constants, so it gets copies, and the kernel's changes are copied back.
	my @words = @_;
	$! = 0;
	my $result = syscall $number{$name}, @words;
	for (0 .. $#words) { $_[$_] = $words[$_] unless Internals::SvREADONLY($_[$_]) }
	return $result;
}
sub done { return $_[0] != -1 }

# It succeeded, or failed because of its arguments, which the kernel checks after permissions.
sub answered { my $result = shift; my $error = 0 + $!; return $result != -1 || scalar grep { $_ == $error } @_ }

sub at_host { my @s = stat $_[0]; return @s && "$s[0]:$s[1]" eq $of{host} }
sub climb { chdir '..' for 1 .. 64; return at_host('.') }

# Tries each until one succeeds; the error is the last one's.
sub first_in { my $try = pop; for (@_) { return 1 if $try->($_) } return 0 }
sub writable { return @writable ? @writable : die "none\n" }
sub keep_error { my $error = 0 + $!; $_[0]->(); $! = $error }
sub fileno_of { return fileno $_[0] }

# In the application's directories no existing file is followed or changed: the name is unpredictable and must be new
# (O_WRONLY | O_CREAT | O_EXCL).
sub new_in { return "$_[0]/.$of{token}" }
# Removes the file, and a second one that the attempt may have made, afterwards.
sub with_new_file {
	my ($try) = @_;
	return first_in(writable(), sub {
		my $file = new_in($_[0]);
		my $result = $try->($file);
		keep_error(sub { unlink $file, "$file.x" });
		return $result;
	});
}
sub plain { sysopen my $it, $_[0], 0301, 0600 or return; return $it }
sub opens_for_writing { return open my $it, '+<', $_[0] }
# O_TMPFILE | O_RDWR: a file without a name, which is deleted when it is closed.
sub makes_in { return done(sys('openat', -100, "$_[0]", ${architecture === "x64" ? "0x410002" : "0x404002"}, 0600)) }
sub copy_program {
	my $bytes = pack 'H*', $of{program};
	return syswrite($_[0], $bytes) == length $bytes;
}
# True if the child becomes another program that exits with 0.
sub runs {
	my $start = shift;
	pipe my $in, my $out;
	my $child = fork;
	if ($child == 0) {
		close $in;
		open STDOUT, '>', '/dev/null' or close STDOUT;
		$start->();
		syswrite $out, pack 'L', 0 + $!;
		syscall $number{exit_group}, 1;
	}
	close $out;
	my $read = sysread $in, my $error, 4;
	waitpid $child, 0;
	my $ended = $?;
	$! = $read ? unpack 'L', $error : 0;
	return $ended == 0;
}
`;
