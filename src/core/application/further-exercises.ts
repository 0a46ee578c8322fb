import { quoteShell } from "../path/quote.ts";
import type { Application } from "./application.ts";

/** What a proposed exercise shows of a server: a word for each in the messages. */
export type Further =
	| "error-page"
	| "compression"
	| "head"
	| "post"
	| "part"
	| "other-host"
	| "save"
	| "rewrite"
	| "script"
	| "status"
	| "over-tcp"
	| "reverse-name"
	| "unknown-name"
	| "transfer"
	| "host-keys";

export interface FurtherExercise {
	/** A shell line, as in `Application.exercises`. */
	readonly command: string;
	readonly shows: Further;
}

/**
 * Exercises that go further than the probes, made with the client and the address that a probe has: whoever can run the probe can run these.
 * Each ends with 0 where the server answered, whatever it answered, and none changes more than a rehearsal throws away.
 */
export function furtherExercises({ probes, exercises }: Pick<Application, "probes" | "exercises">): FurtherExercise[] {
	// One address of each client will do.
	return clients.flatMap((client) => [...probes, ...exercises].map(client).find((found) => found.length) ?? []);
}

type Client = (line: string) => FurtherExercise[];

const one = (command: string, shows: Further): FurtherExercise => ({ command, shows });

const clients: readonly Client[] = [
	(line) => {
		// Another place than an address is named by an option that these lines would have to repeat.
		const [url] =
			/\bcurl\b/.test(line) && !line.includes("--unix-socket") ? (/\bhttps?:\/\/[^\s'"|;&<>)]+/.exec(line) ?? []) : [];
		if (url === undefined) return [];
		const ask = (options: string, place = url) =>
			`curl -sS${url.startsWith("https:") ? "k" : ""} -o /dev/null --noproxy '*' --max-time 10 ${options}${quoteShell(place)}`;
		return [
			one(ask("", `${url.replace(/[?#].*$/, "").replace(/\/$/, "")}/no-such-page`), "error-page"),
			one(ask("--compressed "), "compression"),
			one(ask("-I "), "head"),
			one(ask("-d cagewright=1 "), "post"),
			one(ask("-r 0-9 "), "part"),
			one(ask("-H 'Host: cagewright.invalid' "), "other-host"),
		];
	},
	(line) => {
		const [client] = /\b(redis|valkey)-cli(?: -[hp] [\w.:-]+)*/.exec(line) ?? [];
		if (client === undefined) return [];
		return [
			one(`${client} SAVE`, "save"),
			one(`${client} INFO`, "status"),
			one(`${client} BGREWRITEAOF`, "rewrite"),
			one(`${client} EVAL 'return 1' 0`, "script"),
		];
	},
	(line) => {
		const [, options] = /\bdig((?: \+\w+=\d+| -p \d+| @[\w.:[\]]+)+)/.exec(line) ?? [];
		if (!options?.includes("@")) return [];
		return [
			one(`dig +tcp${options} localhost A`, "over-tcp"),
			one(`dig${options} -x 127.0.0.1`, "reverse-name"),
			one(`dig${options} cagewright.invalid A`, "unknown-name"),
			one(`dig${options} localhost AXFR`, "transfer"),
		];
	},
	(line) => {
		const [, client] = /\b((?:mariadb|mysql)-?admin(?: --?[\w-]+(?:=\S+)?| -[hP] \S+)*) ping\b/.exec(line) ?? [];
		return client === undefined ? [] : [one(`${client} status`, "status")];
	},
	(line) => {
		const [, options] = /\bssh-keyscan((?: -[Tp] \d+)* [\w.:-]+)/.exec(line) ?? [];
		return options === undefined ? [] : [one(`ssh-keyscan -t rsa,ecdsa,ed25519${options}`, "host-keys")];
	},
];
