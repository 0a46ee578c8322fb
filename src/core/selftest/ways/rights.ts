import type { Way } from "../way.ts";

/** More rights than the application was left with. */
export const rights: readonly Way[] = [
	{
		id: "become-root",
		stoppedBy: ["capabilities", "account"],
		opens: ["capability setuid"],
		attempt: String.raw`die "none\n" if $of{uid} eq '0'; return done(sys('setresuid', 0, 0, 0));`,
	},
	{
		id: "join-group",
		stoppedBy: ["capabilities"],
		opens: ["capability setgid"],
		attempt: `return done(sys('setgroups', 1, pack 'L', 42));`,
	},
	{
		// All of them, in each set.
		id: "take-capabilities",
		stoppedBy: ["capabilities"],
		attempt: `return done(sys('capset', pack('L L', 0x20080522, 0), pack('L6', (1 << 21) x 3, (0) x 3)));`,
	},
	{
		// PR_SET_SECUREBITS
		id: "secure-bits",
		stoppedBy: ["capabilities"],
		opens: ["capability setpcap"],
		attempt: `return done(sys('prctl', 28, 0, 0, 0, 0));`,
	},
	{
		id: "chown",
		stoppedBy: ["capabilities"],
		opens: ["capability chown"],
		attempt: `
			return first_in(@writable, sub {
				my $file = new_in($_[0]);
				plain($file) or return 0;
				my $given = chown $of{uid} eq '1' ? 2 : 1, -1, $file;
				keep_error(sub { unlink $file });
				return $given;
			});`,
	},
	{
		id: "raise-limit",
		stoppedBy: ["capabilities"],
		opens: ["capability sys_resource"],
		// RLIMIT_NICE of ourselves, hard and soft.
		attempt: `return done(sys('prlimit64', 0, 13, pack('Q Q', 39, 39), 0));`,
	},
	{
		id: "raise-priority",
		stoppedBy: ["capabilities"],
		opens: ["capability sys_nice"],
		attempt: `return setpriority 0, 0, -20;`,
	},
];
