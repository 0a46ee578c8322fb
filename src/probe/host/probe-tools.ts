import { readdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { omitUndefined } from "../../base/collections.ts";
import { systemAccounts } from "../../base/host/accounts.ts";
import { attempt } from "../../base/host/errors.ts";
import { findTool } from "../../base/host/tools.ts";
import { peopleAmong } from "../../base/machine/accounts.ts";
import type { Tools } from "../lines.ts";
import { sharingConfiguration } from "../propose.ts";
import { sharesIn } from "../protocol.ts";
import { probePrograms } from "../protocols.ts";
import type { Greeting } from "../recognise.ts";

/** The programs and files of this machine for probing an application started by this command. */
export function probeTools(command: readonly string[]): Tools {
	return {
		programs: new Set(probePrograms.filter((name) => findTool(name) !== undefined)),
		node: process.execPath,
		people: peopleAmong(systemAccounts.users()).map(({ name }) => name),
		served: servedBy(command),
		shares: sharedBy(command),
	};
}

/** Files in the directories that the command names, which a file server could be asked for. */
function servedBy(command: readonly string[]): ReadonlyMap<string, readonly string[]> {
	const directories = command.slice(1).filter((word) => word.startsWith("/"));
	return new Map(directories.map((directory) => [directory, filesIn(directory)] as const).filter(([, names]) => names.length));
}

/** Longer files are data, not configuration. */
const mostRead = 256 * 1024;

function sharedBy(command: readonly string[]): ReadonlyMap<string, string> {
	const configuration = sharingConfiguration(command);
	if (configuration === undefined) return new Map();
	try {
		if (statSync(configuration).size > mostRead) return new Map();
		return new Map(
			sharesIn(readFileSync(configuration, "latin1")).flatMap(({ directory, name }) => {
				const file = filesIn(directory).find((one) => /^[\w.-]+$/.test(one) && isForEverybody(`${directory}/${one}`));
				return file === undefined ? [] : [[name, file] as const];
			}),
		);
	} catch {
		return new Map();
	}
}

function isForEverybody(path: string): boolean {
	const { mode, size } = statSync(path);
	return (mode & 0o004) !== 0 && size <= mostRead;
}

function filesIn(directory: string): string[] {
	return attempt(() => readdirSync(directory, { withFileTypes: true }).flatMap((one) => (one.isFile() ? [one.name] : []))) ?? [];
}

/** Milliseconds for the server to speak first, and then to answer a request. */
const bannerDelay = 500;
const answerDelay = 1000;
const mostBytes = 4096;

/** Connects once to a TCP port of this machine and returns its banner, or its page. Undefined if it sends neither. */
export function greetingOf(host: string, port: number): Promise<Greeting | undefined> {
	return new Promise((resolve) => {
		let text = "";
		let hasAsked = false;
		const socket = connect({ host, port });
		const end = () => {
			clearTimeout(waiting);
			socket.destroy();
			resolve(parseGreeting(text, hasAsked));
		};
		let waiting = setTimeout(() => {
			hasAsked = true;
			socket.write(`GET / HTTP/1.0\r\nHost: ${host.includes(":") ? `[${host}]` : host}\r\n\r\n`);
			waiting = setTimeout(end, answerDelay);
		}, bannerDelay);
		socket.on("data", (chunk) => {
			text = (text + chunk.toString("latin1")).slice(0, mostBytes);
			if (hasAsked ? /<\/title|<body/i.test(text) || text.length >= mostBytes : text.includes("\n")) end();
		});
		socket.on("error", end).on("close", end);
	});
}

function parseGreeting(text: string, hasAsked: boolean): Greeting | undefined {
	if (text === "") return undefined;
	if (!hasAsked) return { kind: "banner", text };
	const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
	if (status === undefined) return undefined;
	const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1];
	return { kind: "http", status: Number(status), ...omitUndefined({ title }) };
}
