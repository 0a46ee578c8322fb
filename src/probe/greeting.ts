import { omitUndefined } from "../base/collections.ts";
import { quoteShell, quoteShellLine } from "../base/path/quote.ts";
import { pageByExchange } from "./infrastructure-protocols.ts";
import { exchange, fetchPage, placeWords, type Target, type Tools, urlHost } from "./lines.ts";

/** How a server of an unknown protocol reacted to a connection. */
export type Greeting =
	/** It spoke first: the beginning of its text, as latin1. */
	| { readonly kind: "banner"; readonly text: string }
	/** It answered a GET with this status, and with a page of this title. */
	| { readonly kind: "http"; readonly status: number; readonly title?: string };

/**
 * Connects once, asks for `/` if the server does not speak first within a second, and prints as JSON what it sent within two more.
 * Prints nothing if it sent nothing.
 */
const greetingScript = [
	'const [h,p,r]=process.argv.slice(1),c=require("net").connect(+p?{host:h,port:+p}:{path:h});let t="",asked=false;',
	"const f=()=>{const [,title]=/<title[^>]*>([^<]{0,200})/i.exec(t)??[];",
	"if(t)console.log(JSON.stringify({asked,text:t.slice(0,200),title}));process.exit(0)};",
	"let w=setTimeout(()=>{asked=true;c.write(r);w=setTimeout(f,2e3)},1e3);",
	'c.on("error",f).on("close",f).on("data",d=>{t=(t+d.toString("latin1")).slice(0,4096);',
	"if(asked?/<\\/title|<body/i.test(t)||t.length>=4096:/\\n/.test(t))f()})",
].join("");

/** Returns a shell line that prints the server's greeting. It changes nothing: it reads, or requests the page `/`. */
export function greetingLine(target: Target, tools: Tools): string {
	const program = quoteShellLine([tools.node, "-e", greetingScript]);
	return `${program} ${placeWords(target)} ${quoteShell(pageRequest(target))}`;
}

/** Reads what `greetingLine` printed. */
export function readGreeting(output: string): Greeting | undefined {
	const line = output.trim().split("\n").at(-1) ?? "";
	if (!line.startsWith("{")) return undefined;
	const { asked, text, title } = JSON.parse(line) as { asked: boolean; text: string; title?: string };
	if (!asked) return { kind: "banner", text };
	const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
	return status === undefined ? undefined : { kind: "http", status: Number(status), ...omitUndefined({ title }) };
}

function pageRequest({ host }: Target): string {
	return `GET / HTTP/1.0\r\nHost: ${urlHost(host)}\r\n\r\n`;
}

/**
 * A proxy answers a request for itself with a page like this, whatever works behind it, and some with the status of a page. A server
 * that refuses a client, for example one that connects too often, greets it so.
 */
const errorWords =
	/\b(error|denied|forbidden|not found|unavailable|bad (request|gateway)|refused|invalid|could not|cannot|unable)\b/i;

/** Derives a guess that expects the same greeting; undefined if no part of it is stable, or if it reports an error. */
export function guessProbe(target: Target, greeting: Greeting, tools: Tools): string | undefined {
	if (greeting.kind === "http") {
		const { status, title = "" } = greeting;
		if (status === 400 || status >= 500 || (status < 400 && errorWords.test(title))) return undefined;
		if (status < 400 && target.socket !== undefined) return pageByExchange(target, tools).probes[0];
		if (status < 400) return fetchPage(`http://${urlHost(target.host)}:${target.port}/`, tools);
		// A page that requires a login or does not exist is also an answer.
		return exchange(target, tools, [{ send: pageRequest(target) }, { expect: `^HTTP/1\\.[01] ${status}` }]);
	}
	const word = greetingWord(greeting.text);
	return word === undefined ? undefined : exchange(target, tools, [{ expect: `^${word.replace(/[+*]/g, "\\$&")}` }]);
}

/** Returns the part of a banner that survives updates: its code or first word, but no version. An error has none. */
export function greetingWord(text: string): string | undefined {
	const [line = ""] = text.split("\n");
	if (errorWords.test(line)) return undefined;
	// Codes from 400 are errors in all protocols that greet with one (RFC 5321, RFC 959, RFC 3977).
	return /^(?:[123]\d\d(?=[ -])|\+OK|\* OK|[A-Za-z]{2,})/.exec(text)?.[0];
}
