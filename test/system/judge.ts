import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

/**
 * A service that prints what it finds when it starts, so that the same unit can be given to systemd and to us. systemd is the judge:
 * the reports must agree.
 */

export const port = 21140;
export const judgeProbe = `test "$(curl -fsS --max-time 5 http://127.0.0.1:${port}/)" = judged`;

/** perl-base has all of this; each line of the report begins with REPORT. */
const program = `#!/usr/bin/perl
use strict;
use IO::Socket::INET;
use Socket;
$| = 1;
sub report { print "REPORT ", join(" ", @_), "\\n" }
sub text { my ($path) = @_; open(my $file, "<", $path) or return "missing"; local $/; my $all = <$file>; $all }
report("argv", @ARGV);
report("umask", sprintf("%04o", umask));
report("account", $<, (split " ", $()[0], join(",", sort { $a <=> $b } do { my %all = map { $_ => 1 } split " ", $(; keys %all }));
report("cwd", readlink("/proc/self/cwd"));
report("given", text("/run/given/file") =~ s/\\s//gr);
report("nice", getpriority(0, 0));
report("oom", text("/proc/self/oom_score_adj") =~ s/\\s//gr);
for (split /\\n/, text("/proc/self/limits")) { report("limit", s/\\s+/ /gr) unless /^(Limit|Max core|Max processes|Max pending|Max msgqueue)/ }
for (split /\\n/, text("/proc/self/status")) { report("signals", s/\\s+/ /gr) if /^Sig(Blk|Ign)/ }
for (sort keys %ENV) { report("env", "$_=$ENV{$_}" =~ s/\\n/\\\\n/gr) }
for my $name (qw(RUNTIME STATE CACHE LOGS CONFIGURATION)) {
	for my $directory (split /:/, $ENV{"$name\\_DIRECTORY"} // "") {
		my @status = stat($directory);
		report("directory", $directory, @status ? sprintf("%04o %d:%d", $status[2] & 07777, $status[4], $status[5]) : "missing");
		next if $name eq "CONFIGURATION";
		opendir(my $listed, $directory);
		report("inside", $directory, join(",", sort grep { !/^\\.\\.?$/ } readdir $listed)) if $name eq "RUNTIME";
		open(my $left, ">", "$directory/left") or report("unwritable", $directory);
	}
}
# systemd gives the account its file by an ACL, whose mask is the mode of the group.
if (my $directory = $ENV{CREDENTIALS_DIRECTORY}) {
	opendir(my $listed, $directory);
	for (sort grep { !/^\\./ } readdir $listed) {
		my @status = stat("$directory/$_");
		report("credential", $_, sprintf("%04o", $status[2] & 07707), text("$directory/$_") =~ s/\\n/\\\\n/gr);
	}
}
if (my $file = $ENV{JUDGE_PIDFILE}) {
	report("pidfile", -e $file ? "left" : "free");
	open(my $pid, ">", $file) or report("unwritable", $file);
	print $pid "$$\\n";
	close $pid;
}
my $listening = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => ${port}, Listen => 5, ReuseAddr => 1) or die "listen: $!";
$SIG{$_} = sub { report("stopped", $_[0]); exit 0 } for qw(TERM INT QUIT);
$SIG{HUP} = sub { report("signal", "HUP") };
if (my $place = $ENV{NOTIFY_SOCKET}) {
	my $address = $place =~ s/^\\@/\\0/r;
	socket(my $notify, AF_UNIX, SOCK_DGRAM, 0) or report("notify", "no socket");
	report("notify", send($notify, "READY=1\\nSTATUS=judging", 0, pack_sockaddr_un($address)) ? "sent" : "failed $!");
}
else { report("notify", "absent") }
report("credential", "unsafe") if defined $ENV{CREDENTIALS_DIRECTORY} && open(my $new, ">", "$ENV{CREDENTIALS_DIRECTORY}/new");
report("end");
while (1) {
	my $client = $listening->accept or next;
	sysread($client, my $request, 1000);
	print $client "HTTP/1.0 200 OK\\r\\n\\r\\njudged";
	close $client;
}
`;

/** Prints how a command of the unit runs: `before`, `after`, `reload` or `stop`. One after the start may come before the program's execve(2). */
const step = `#!/usr/bin/perl
my ($name, $main) = @ARGV;
my $exe = defined $main ? "hidden" : "none";
for (1 .. 100) {
	$exe = readlink("/proc/$main/exe") // "hidden" if defined $main;
	last if $exe eq "none" || $exe =~ /perl$/;
	select(undef, undef, undef, 0.1);
}
print "STEP ", join(" ", $name, $<, (split " ", $()[0], sprintf("%04o", umask), readlink("/proc/self/cwd"), $exe), "\\n";
`;

/** Commands of the unit beside its program. */
export const steps = [
	"ExecStartPre=/srv/judge/step.pl before",
	"ExecStartPost=/srv/judge/step.pl after $MAINPID",
	"ExecReload=/srv/judge/step.pl reload $MAINPID",
	"ExecStop=/srv/judge/step.pl stop $MAINPID",
];

/** Returns what these commands printed, each once. */
export function stepsIn(output: string): string[] {
	return [...new Set(output.split("\n").flatMap((line) => /STEP (.*)$/.exec(line)?.[1]?.trimEnd() ?? []))].sort();
}

/** Places the program, and a unit with these settings of [Service]. */
export function placeJudge(tree: string, settings: readonly string[]): void {
	mkdirSync(join(tree, "srv/judge"), { recursive: true });
	writeFileSync(join(tree, "srv/judge/service.pl"), program, { mode: 0o755 });
	writeFileSync(join(tree, "srv/judge/step.pl"), step, { mode: 0o755 });
	const lines = ["[Service]", "ExecStart=/usr/bin/perl /srv/judge/service.pl", ...steps, ...settings, ""];
	writeFileSync(join(tree, "etc/systemd/system/judge.service"), lines.join("\n"));
}

/** A file of EnvironmentFile= with a secret, and with every character that has a meaning in such files or in units. */
export const environmentFile = `SECRET=judged-secret
QUOTES="a \\"b\\" 'c' \\\`d\\\` \\$e $\{f} \\\\g \\h"
LINES='one
two\tthree;
#four='
BLANKS="  a  b  "
PERCENT=100%n%%
UNICODE="ünï ☃ \u202e"
EMPTY=
`;

/** Prints where any account can read this secret: in arguments of processes, in units, or from the service manager. */
export const whereSecretIsVisible = [
	"for command in 'cat /proc/[0-9]*/cmdline' 'systemctl show --all judge cage-judge' 'systemctl cat judge cage-judge'",
	'do runuser -u nobody -- sh -c "$command" 2>/dev/null | grep -aq judged-secre[t] && echo "$command"',
	"done; :",
].join("; ");

/** Differences that are meant: variables of the service manager, and its socket's name. */
const ofManager =
	/^env (INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID|WATCHDOG_PID|MEMORY_PRESSURE_\w+|LANG|PATH|HOME|LOGNAME|USER|SHELL|NOTIFY_SOCKET|CREDENTIALS_DIRECTORY)=/;

/** Returns the report of the last start in an output. */
export function reportIn(output: string): string[] {
	const lines = output.split("\n").flatMap((line) => /REPORT (.*)$/.exec(line)?.[1]?.trimEnd() ?? []);
	const starts = lines.lastIndexOf("argv");
	return (starts < 0 ? lines : lines.slice(starts)).filter((line) => !ofManager.test(line) && !line.startsWith("signal"));
}

const setting = (name: string, values: readonly string[]) =>
	fc.option(fc.constantFrom(...values).map((value) => `${name}=${value}`));

/** Settings of [Service] for such a unit. */
export const drawnSettings = fc
	.tuple(
		setting("Type", ["simple", "exec", "notify"]),
		setting("User", ["daemon", "nobody"]),
		setting("WatchdogSec", ["30", "1min 500ms"]),
		setting("UMask", ["0077", "027", "0", "0177"]),
		setting("OOMScoreAdjust", ["0", "500", "1000"]),
		setting("KillSignal", ["SIGINT", "SIGQUIT", "SIGTERM"]),
		setting("IgnoreSIGPIPE", ["yes", "no"]),
		setting("LimitNOFILE", ["64", "1000:infinity", "infinity"]),
		setting("LimitSTACK", ["1M:2M", "16M"]),
		setting("LimitCPU", ["1h", "1min:2min"]),
		setting("LimitDATA", ["2G", "infinity"]),
		setting("RuntimeDirectory", ["judge", "judge judge/more", "judge/deep/er"]),
		setting("RuntimeDirectoryMode", ["0700", "0755", "0711"]),
		setting("RuntimeDirectoryPreserve", ["no", "restart"]),
		setting("StateDirectory", ["judge", "judge/state judge/more"]),
		setting("StateDirectoryMode", ["0700", "0750"]),
		setting("CacheDirectory", ["judge"]),
		setting("LogsDirectory", ["judge"]),
		setting("WorkingDirectory", ["/srv", "/srv/judge"]),
		setting("Environment", ["A=1 B=2", '"SPACED=one two" A=%n']),
	)
	.map((lines) => lines.filter((line) => line !== null));
