import { connect } from "node:net";
import { launchPath } from "../../core/application/application.ts";
import type { Greeting } from "../../core/application/recognise.ts";
import { Failure } from "../../core/failure.ts";
import type { HostApplications } from "../../engine/ports.ts";
import { templateValues } from "../templates/template-values.ts";
import { directoriesOf, findUnit, unitNamed } from "./find.ts";
import { lookUpProgram } from "./path-lookup.ts";

export const systemApplications: HostApplications = {
	unit: findUnit,
	unitNamed,
	directoriesOf,
	here: templateValues,
	greeting: greetingOf,
	program(word) {
		const found = lookUpProgram(word, { path: `${launchPath}:${process.env.PATH ?? ""}` });
		if ("error" in found) throw new Failure(found.error.code, { program: word }, 2);
		return found.path;
	},
};

/** Milliseconds for the server to speak first, and then to answer a request. */
const bannerDelay = 500;
const answerDelay = 1000;
const mostBytes = 4096;

/** Connects once to a TCP port of this machine and returns its banner, or whether it speaks HTTP. Undefined if neither. */
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
			if (text.includes("\n")) end();
		});
		socket.on("error", end).on("close", end);
	});
}

function parseGreeting(text: string, hasAsked: boolean): Greeting | undefined {
	if (text === "") return undefined;
	if (!hasAsked) return { kind: "banner", text };
	const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
	return status === undefined ? undefined : { kind: "http", status: Number(status) };
}
