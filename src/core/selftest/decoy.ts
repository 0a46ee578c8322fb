import { type Architecture, syscallNumber } from "../confinement/syscalls.ts";
import type { DecoyFacts } from "./program.ts";
import { moreSyscalls } from "./way.ts";

/**
 * The program of the process outside, under the account of the application: it has one of each thing that processes of one account share.
 * It goes, and takes all of that with it, when its input ends; so it does when whoever started it is killed. The shared memory is marked
 * for removal at once and lives as long as the process (shmctl(2)); the key would end by itself.
 */
export function decoyProgram(architecture: Architecture, token: string): string {
	const more = (name: keyof typeof moreSyscalls) => moreSyscalls[name][architecture === "x64" ? 0 : 1];
	const filtered = (name: "add_key" | "keyctl") => syscallNumber(name, architecture);
	return String.raw`
$0 = 'cagewright-decoy'; $| = 1;
my $token = '${token}';
my $name = "cagewright-$token";
my $memory = shmget 0, 4096, 01600;
shmwrite $memory, $token, 0, length $token;
syscall ${more("shmat")}, $memory, 0, 0;
shmctl $memory, 0, 0;
my $messages = msgget 0, 01600;
my $semaphores = semget 0, 1, 01600;
my $queue = syscall(${more("mq_open")}, $name, 0102, 0600, 0) == -1 ? '' : $name;
my $type = 'user';
my $key = syscall ${filtered("add_key")}, $type, $name, $token, length $token, -4;
syscall ${filtered("keyctl")}, 15, $key, 120 if $key != -1;
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
	syscall ${more("mq_unlink")}, $queue if $queue ne '';
	syscall ${filtered("keyctl")}, 9, $key, -4 if $key != -1;
}
`;
}

/** Undefined where the line is not whole. */
export function parseDecoy(line: string): DecoyFacts | undefined {
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
