import type { Way } from "../way.ts";

/** What whoever started the cage could have left open. */
export const inherited: readonly Way[] = [
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
		// TIOCSTI and TIOCLINUX: what a shell outside reads next. On a pipe a call that gets through ends with ENOTTY.
		id: "type-into-terminal",
		stoppedBy: ["seccomp", "session"],
		attempt: `my $key = ''; return answered(sys('ioctl', 0, 0x5412, $key), 25) || answered(sys('ioctl', 0, 0x541c, $key), 25);`,
	},
];
