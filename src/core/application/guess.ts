import { exchange, fetchPage, type Target, type Tools, urlHost } from "./probe-lines.ts";

/** How a port of an unknown protocol behaved when somebody connected. */
export type Greeting =
	/** It spoke first; the beginning of that, as latin1. */
	| { readonly kind: "banner"; readonly text: string }
	/** It answered a GET with this status. */
	| { readonly kind: "http"; readonly status: number };

/** A probe that asks for the same again; undefined where nothing about it would stay the same. A guess, and to be called one. */
export function guessProbe(target: Target, greeting: Greeting, tools: Tools): string | undefined {
	if (greeting.kind === "http") {
		if (greeting.status < 400) return fetchPage(`http://${urlHost(target.host)}:${target.port}/`, tools);
		// A page that wants a name and a password, or that is not there, is an answer of the application as well.
		const request = `GET / HTTP/1.0\r\nHost: ${urlHost(target.host)}\r\n\r\n`;
		return exchange(target, tools, [{ send: request }, { expect: `^HTTP/1\\.[01] ${greeting.status}` }]);
	}
	const word = greetingWord(greeting.text);
	return word === undefined ? undefined : exchange(target, tools, [{ expect: `^${word.replace(/[+*]/g, "\\$&")}` }]);
}

/** What of a banner outlives an update: its code or first word, never a version. */
export function greetingWord(text: string): string | undefined {
	return /^(?:\d{3}(?=[ -])|\+OK|\* OK|[A-Za-z]{2,})/.exec(text)?.[0];
}
