import { omitUndefined } from "../base/collections.ts";
import type { Note } from "../base/failure.ts";
import { baseName, type Path } from "../base/path/path.ts";
import { quoteShell } from "../base/path/quote.ts";
import type { Application } from "../service/application.ts";
import type { ListeningAddress } from "../service/found.ts";
import type { Target, Tools } from "./lines.ts";
import { type Protocol, queriesAt } from "./protocol.ts";
import { protocols } from "./protocols.ts";

interface ProbeProposal {
	readonly protocol: string;
	/** Shell lines, as in `Application.probes`. */
	readonly probes: readonly string[];
	readonly exercises: readonly string[];
	/** Exercises that make the server do its job. They may change its state. */
	readonly job: readonly string[];
	/** Whether the program's name or only the port identified the protocol. */
	readonly why:
		| { readonly kind: "program"; readonly program: string; readonly port: number }
		| { readonly kind: "port"; readonly port: number };
	/** Other ports that the probes also query. */
	readonly also?: readonly { readonly protocol: string; readonly port: number }[];
}

interface ProbeQuestion extends Tools {
	readonly command: readonly string[];
	/** Addresses where it listens, if known. */
	readonly ports: readonly ListeningAddress[];
	/** The application's variables; `PORT` counts as a requested port. */
	readonly env?: Readonly<Record<string, string>>;
}

/**
 * Proposes probes, most likely protocol first and each protocol's deepest probe first; empty if no protocol is known. Uses the
 * port from the command, then one where the application listens, then the protocol's default.
 */
export function proposeProbe(question: ProbeQuestion): readonly ProbeProposal[] {
	const { command } = question;
	const server = serverName(command);
	const known = protocolOfServer(server);
	const configuredPort = configuredTarget(question, known);
	const proposals: ProbeProposal[] = [];

	const propose = (protocol: Protocol, target: Target, why: ProbeProposal["why"]) => {
		for (const { exercises = [], job = [], probes } of queriesAt(protocol, target, question, server)) {
			proposals.push({ protocol: protocol.name, probes, exercises, job, why });
		}
	};

	if (known !== undefined) {
		const usual = known.defaults?.[server] ?? known.ports[0] ?? 0;
		const targets = configuredPort === undefined ? listeningTargets(question.ports, known, usual) : [configuredPort];
		const socket = known.socket?.(server);
		const otherwise = { host: "127.0.0.1", port: usual, ...omitUndefined({ socket }) };
		for (const target of targets.length > 0 ? targets : [otherwise]) {
			propose(known, target, { kind: "program", program: server, port: target.port });
		}
		return proposals;
	}
	for (const protocol of protocols) {
		const targets = configuredPort === undefined ? question.ports.flatMap((port) => targetOf(port, protocol)) : [configuredPort];
		for (const target of targets) {
			if (portsOf(protocol).includes(target.port)) propose(protocol, target, { kind: "port", port: target.port });
		}
	}
	return [...everyPort(proposals), ...proposals];
}

/** Notes that a usual port is only a guess; none if the program identified the protocol. */
export function guessNotes({ also = [], protocol, why }: ProbeProposal): Note[] {
	if (why.kind === "program") return [];
	return [{ port: why.port, protocol }, ...also].map((values) => ({ code: "probe-guessed-port", values }));
}

/** Maximum number of ports in one probe, and of combinations. */
const mostPorts = 4;
const mostWays = 16;

/**
 * Combines the known ports of an unknown server, because each port may belong to another part of the server that loads its
 * files on the first request. A port may refuse a deep probe, so all combinations are proposed, deepest first.
 */
function everyPort(proposals: readonly ProbeProposal[]): ProbeProposal[] {
	const ports = [...new Set(proposals.map(({ why }) => why.port))].slice(0, mostPorts);
	if (ports.length < 2) return [];
	let ways: { parts: readonly ProbeProposal[]; steps: number }[] = [{ parts: [], steps: 0 }];
	for (const port of ports) {
		const own = proposals.filter(({ why }) => why.port === port);
		ways = ways
			.flatMap(({ parts, steps }) => own.map((one, step) => ({ parts: [...parts, one], steps: steps + step })))
			.sort((one, other) => one.steps - other.steps)
			.slice(0, mostWays);
	}
	return ways.flatMap(({ parts: [first, ...others] }) => (first ? [together(first, others)] : []));
}

function together(first: ProbeProposal, others: readonly ProbeProposal[]): ProbeProposal {
	const all = (lines: (part: ProbeProposal) => readonly string[]) => [...new Set([first, ...others].flatMap(lines))];
	return {
		...first,
		probes: all(({ probes }) => probes),
		exercises: all(({ exercises }) => exercises),
		job: all(({ job }) => job),
		also: others.map(({ protocol, why: { port } }) => ({ protocol, port })),
	};
}

/**
 * Returns the address in the command, or in PORT. A running application shows where it listens: a number that is neither there
 * nor a known protocol's port is no port, for example a log level (`-l 3`).
 */
function configuredTarget({ command, env = {}, ports }: ProbeQuestion, known: Protocol | undefined): Target | undefined {
	const target = portOfCommand(command, serverName(command)) ?? portOfText(env.PORT);
	const isPort = (port: number) =>
		ports.some((one) => one.protocol !== "unix" && one.port === port) ||
		(known ? [known] : protocols).some((protocol) => portsOf(protocol).includes(port));
	return target === undefined || (ports.length > 0 && !isPort(target.port)) ? undefined : target;
}

/** Returns whether the program itself identifies the protocol. */
export function isKnownServer(command: readonly string[]): boolean {
	return protocolOfServer(serverName(command)) !== undefined;
}

function protocolOfServer(server: string): Protocol | undefined {
	return protocols.find(({ servers }) => servers.test(server));
}

/** Returns the path of the configuration that defines the server's shares, if known. */
export function sharingConfiguration(command: readonly string[]): string | undefined {
	const known = protocolOfServer(serverName(command))?.configuration;
	const given = command.findIndex((word) => /^--config(file)?(=|$)/.test(word));
	return known === undefined || given < 0 ? known : (command[given]?.split("=")[1] ?? command[given + 1]);
}

/** Returns the name that identifies the server: its program, or the script that an interpreter runs. */
export function serverName(command: readonly string[]): string {
	const program = baseName((command[0] ?? "") as Path);
	const words = command.slice(1);
	const name = (word: string | undefined) => baseName((word ?? "") as Path).replace(/\.(js|mjs|cjs|py|rb|pl)$/, "");
	if (/^python[\d.]*$/.test(program)) {
		const module = words.indexOf("-m");
		return module >= 0 ? (words[module + 1] ?? program) : name(words.find((word) => !word.startsWith("-")));
	}
	if (/^php[\d.]*$/.test(program) && words.includes("-S")) return "http.server";
	if (/^(node|nodejs|ruby[\d.]*|perl|deno|bun)$/.test(program)) {
		const script = words.find((word) => !word.startsWith("-"));
		// Only the demonstration is recognised by its folder.
		return script?.endsWith("/dist/demo/demo.js") ? "cagewright-demo" : name(script);
	}
	return program;
}

const portOption = /^--?(?:port|http-port|listen-port|server-port|p)$/i;
const addressOption = /^--?(?:listen|bind|address|addr|listen-address|http-address|web\.listen-address|server\.port|b|l|S|a)$/;

/** Returns the address in the command: `--port 6380`, `-p53`, `--listen=[::1]:8080`, `http.server 8000`. */
function portOfCommand(command: readonly string[], server: string): Target | undefined {
	const words = command.slice(1);
	let host = "127.0.0.1";
	let port: number | undefined;
	for (const [index, word] of words.entries()) {
		const joined = /^(--?[A-Za-z][\w.-]*)=(.+)$/.exec(word) ?? /^(-p)(\d+)$/.exec(word);
		const option = joined?.[1] ?? word;
		const value = joined?.[2] ?? words[index + 1] ?? "";
		if (portOption.test(option)) port ??= portOfText(value)?.port;
		else if (addressOption.test(option)) {
			const target = portOfText(value);
			if (target === undefined)
				host = /^[\d.]+$/.test(value) || value.includes(":") ? reachable(value.replace(/^\[|\]$/g, "")) : host;
			else {
				port ??= target.port;
				if (value.includes(":")) host = target.host;
			}
		} else if (server === "http.server" && /^\d+$/.test(word) && index > 0) port ??= portOfText(word)?.port;
	}
	return port === undefined ? undefined : { host, port };
}

/** `8080`, `:8080`, `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`. */
function portOfText(text: string | undefined): Target | undefined {
	const match = /^(?:(\[[\da-fA-F:.]+\]|[\d.]*|\*|localhost):)?(\d{1,5})$/.exec(text ?? "");
	const port = Number(match?.[2]);
	if (match === null || port < 1 || port > 65535) return undefined;
	const host = (match[1] ?? "").replace(/^\[|\]$/g, "");
	return { host: reachable(host), port };
}

function targetOf(listening: ListeningAddress, protocol: Protocol): Target[] {
	if (listening.protocol !== (protocol.transport ?? "tcp")) return [];
	return [{ host: reachable(listening.address), port: listening.port }];
}

/**
 * Returns each listening port once, the protocol's usual ports first, and IPv4 before IPv6 for the same port. Returns unix sockets if
 * there is no port.
 */
function listeningTargets(ports: readonly ListeningAddress[], protocol: Protocol, usual: number): Target[] {
	const order = [usual, ...portsOf(protocol)];
	const rank = ({ port }: Target) => (order.includes(port) ? order.indexOf(port) : order.length);
	const all = ports.flatMap((port) => targetOf(port, protocol));
	const sorted = all.sort(
		(one, other) => rank(one) - rank(other) || Number(one.host.includes(":")) - Number(other.host.includes(":")),
	);
	if (sorted.length) return sorted.filter((target, index) => sorted.findIndex(({ port }) => port === target.port) === index);
	return protocol.overSocket ? ports.flatMap(socketTarget).slice(0, mostSockets) : [];
}

function portsOf({ ports, securePorts = [] }: Protocol): number[] {
	return [...ports, ...securePorts];
}

/** A server with more sockets speaks other protocols on most of them. */
const mostSockets = 4;

/** Sockets without a file have no path that a shell line could name. */
export function socketTarget(address: ListeningAddress): Target[] {
	const isFile = address.protocol === "unix" && address.path.startsWith("/");
	return isFile ? [{ host: "127.0.0.1", port: 0, socket: address.path }] : [];
}

/** Replaces wildcard addresses by the loopback, because the application's own network has no other address. */
export function reachable(address: string): string {
	if (address === "::" || address === "::1") return address === "::" ? "127.0.0.1" : "::1";
	if (/^(\d{1,3}\.){3}\d{1,3}$/.test(address)) return address === "0.0.0.0" ? "127.0.0.1" : address;
	return /^[\da-fA-F:.]+$/.test(address) && address.includes(":") ? address : "127.0.0.1";
}

/** The part of a server that a proposed exercise covers; each has a message. */
export const furtherKinds = [
	"error-page",
	"compression",
	"head",
	"post",
	"part",
	"other-host",
	"save",
	"rewrite",
	"script",
	"status",
	"over-tcp",
	"reverse-name",
	"unknown-name",
	"transfer",
	"host-keys",
] as const;
export type Further = (typeof furtherKinds)[number];

interface FurtherExercise {
	/** A shell line, as in `Application.exercises`. */
	readonly command: string;
	readonly shows: Further;
}

/**
 * Proposes exercises that go further than the probes and use a probe's client and address, so they can run wherever the probe
 * can. Each exits with 0 if the server answered anything, and changes only what a sandbox discards.
 */
export function furtherExercises({ probes, exercises }: Pick<Application, "probes" | "exercises">): FurtherExercise[] {
	// One address for each client is enough.
	return clients.flatMap((client) => [...probes, ...exercises].map(client).find((found) => found.length) ?? []);
}

type Client = (line: string) => FurtherExercise[];

const one = (command: string, shows: Further): FurtherExercise => ({ command, shows });

const clients: readonly Client[] = [
	(line) => {
		// Other ways to name the address need an option, which these lines would have to repeat.
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
