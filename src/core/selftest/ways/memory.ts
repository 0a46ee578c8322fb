import type { Way } from "../way.ts";

/** Memory, queues and keys that processes of one account share. The decoy outside made one of each. */
export const memory: readonly Way[] = [
	{
		id: "shared-memory",
		stoppedBy: ["ipc"],
		attempt: `
			my $read = '';
			shmread 0 + $of{memory}, $read, 0, length $of{token} or return 0;
			return $read eq $of{token};`,
	},
	{
		id: "message-queue",
		stoppedBy: ["ipc"],
		attempt: `my $status = ''; return msgctl 0 + $of{messages}, 2, $status;`,
	},
	{
		id: "semaphore",
		stoppedBy: ["ipc"],
		attempt: `my $status = ''; return semctl 0 + $of{semaphores}, 0, 2, $status;`,
	},
	{
		id: "posix-queue",
		stoppedBy: ["ipc"],
		attempt: String.raw`die "none\n" unless $of{queue}; return done(sys('mq_open', $of{queue}, 0, 0, 0));`,
	},
	{
		// KEYCTL_SEARCH in the user's keyring.
		id: "key-of-account",
		stoppedBy: ["seccomp"],
		attempt: String.raw`die "none\n" unless $of{key}; return done(sys('keyctl', 10, -4, 'user', $of{key}, 0));`,
	},
	{
		id: "key-add",
		stoppedBy: ["seccomp"],
		attempt: `return done(sys('add_key', 'user', 'attempt', 'x', 1, -2));`,
	},
	{
		// Without anything to hand on, no program of the host is asked for it; "no such key" is an answer from the kernel.
		id: "key-request",
		stoppedBy: ["seccomp"],
		attempt: `return answered(sys('request_key', 'user', 'no such key', 0, 0), 126);`,
	},
];
