import { quoteShell, quoteShellLine } from "../path/quote.ts";
import { splitCommandLine } from "./command-line.ts";

/** Shell lines that ask a server a question. They run outside the cage, in the application's network. */

export interface Target {
	readonly host: string;
	readonly port: number;
	/** A unix socket's absolute path, as the application names it; host and port mean nothing then. */
	readonly socket?: string;
}

/** What a probe can be made with. */
export interface Tools {
	/** Base names of programs on the host's PATH. */
	readonly programs: ReadonlySet<string>;
	/** Absolute path of Node's executable: it is there wherever this program runs, so it is what every protocol falls back on. */
	readonly node: string;
	/** Names of people's accounts on this machine. */
	readonly people?: readonly string[];
	/** Absolute path of a directory that the command names, to the names of regular files in it. */
	readonly served?: ReadonlyMap<string, readonly string[]>;
	/** Names of what the server's configuration shares, each with the name of a file in it that everybody may read. */
	readonly shares?: ReadonlyMap<string, string>;
}

/** In turn: wait until what came in matches, or send (characters are bytes). */
export type Step = { readonly expect: string } | { readonly send: string };

/** What every release's script begins with, so that a line is recognised. */
export const scriptBeginning = 'const [h,p,s]=process.argv.slice(1),q=JSON.parse(s);let b="";';

/** Waits 5 s at most, reads and writes bytes as latin1, ends with 0 when every step is done; else prints the last line that the server sent, or why none came. */
export const exchangeScript = [
	scriptBeginning,
	'let l="";const f=e=>{console.log(l||e?.message||(e===undefined?"no answer":"closed without an answer"));process.exit(1)};',
	'const c=require("net").connect(+p?{host:h,port:+p}:{path:h},n);',
	'setTimeout(f,5e3);c.on("error",f).on("close",f).on("data",d=>{b+=d=d.toString("latin1");',
	'l=d.replace(/[^ -~\\n]+/g," ").trim().split("\\n").pop().trim().slice(0,200)||l;n()});',
	"function n(){while(q.length){const t=q[0];",
	'if("send" in t)c.write(t.send,"latin1");else{if(!RegExp(t.expect).test(b))return;b=""}q.shift()}process.exit(0)}',
].join("");

/** A conversation over TCP, held by Node. */
export function exchange(target: Target, tools: Tools, steps: readonly Step[]): string {
	// Bytes above ASCII would not survive the shell's locale: JSON escapes them.
	// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what it lets pass
	const json = JSON.stringify(steps).replace(/[^\x00-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
	// A probe runs outside of the cage, where the application's root has another path.
	const place = target.socket === undefined ? quoteShell(target.host) : `"$CAGEWRIGHT_ROOT"${quoteShell(target.socket)}`;
	const port = target.socket === undefined ? String(target.port) : "0";
	return `${quoteShellLine([tools.node, "-e", exchangeScript])} ${place} ${port} ${quoteShell(json)}`;
}

/** Asks again each second, 5 s at most, and ends with 0 on an answer that matches; bytes are hexadecimal. */
const datagramScript = [
	"const [h,p,q,e]=process.argv.slice(1);",
	'const s=require("dgram").createSocket(h.includes(":")?"udp6":"udp4");',
	'const f=()=>s.send(Buffer.from(q,"hex"),+p,h);setInterval(f,1e3);setTimeout(()=>process.exit(1),5e3);f();',
	's.on("error",()=>process.exit(1)).on("message",d=>RegExp(e).test(d.toString("hex"))&&process.exit(0))',
].join("");

/** A question and its answer over UDP, held by Node. `question` and `answer`, which is a pattern, are hexadecimal. */
export function askDatagram(target: Target, tools: Tools, question: string, answer: string): string {
	return quoteShellLine([tools.node, "-e", datagramScript, target.host, String(target.port), question, answer]);
}

/** A page that answers 2xx or 3xx; no proxy of the environment may answer in its place. */
export function fetchPage(url: string, tools: Tools): string {
	const tls = url.startsWith("https:");
	if (tools.programs.has("curl")) {
		return `curl -fsS${tls ? "k" : ""} -o /dev/null --noproxy '*' --max-time 10 ${quoteShell(url)}`;
	}
	const script = [
		`require("${tls ? "https" : "http"}")`,
		".get(process.argv[1],{rejectUnauthorized:false,timeout:1e4},r=>process.exit(r.statusCode<400?0:1))",
		'.on("timeout",()=>process.exit(1)).on("error",()=>process.exit(1))',
	].join("");
	return quoteShellLine([tools.node, "-e", script, url]);
}

export function urlHost(host: string): string {
	return host.includes(":") ? `[${host}]` : host;
}

/** How a name server answers, and the error of Node's resolver for an answer that is empty. */
const nameAnswers = { NOERROR: "ENODATA", NXDOMAIN: "ENOTFOUND", REFUSED: "EREFUSED" } as const;

/** A question that a name server answers by itself, with this status: its own reverse zone of 127 (RFC 6303), or its version. */
export function askNames(
	target: Target,
	tools: Tools,
	question: "loopback-zone" | "version",
	answer: keyof typeof nameAnswers,
): string {
	if (tools.programs.has("dig")) {
		const name = question === "version" ? "version.bind CH TXT" : "127.in-addr.arpa SOA";
		return `dig +time=3 +tries=1 -p ${target.port} @${target.host} ${name} | grep -q 'status: ${answer}'`;
	}
	// Node's resolver cannot ask in class CH.
	const script = [
		'const r=new(require("dns").promises.Resolver)({timeout:3e3,tries:1});r.setServers([process.argv[1]]);',
		`r.resolveSoa("127.in-addr.arpa").then(()=>process.exit(${answer === "NOERROR" ? 0 : 1}),`,
		`e=>process.exit(/^${nameAnswers[answer]}$/.test(e.code)?0:1))`,
	].join("");
	return quoteShellLine([tools.node, "-e", script, `${urlHost(target.host)}:${target.port}`]);
}

const mostShown = 100;
const mostSent = 24;

/**
 * A probe as a screen or a sentence names it: `tcp 127.0.0.1:25: EHLO localhost, QUIT` where Node runs a script of ours, and any other shell line as it
 * is. Lines of several lines or of many words are cut.
 */
export function showProbe(line: string): string {
	const shown = probeWords(line).trim();
	const [first = ""] = shown.split("\n");
	return first === shown && first.length <= mostShown ? first : `${first.slice(0, mostShown).trimEnd()}…`;
}

/** The same in its whole length, for a screen. */
export function probeWords(line: string): string {
	return scriptOf(line) ?? line;
}

/** What a script that Node gets by `-e` is called with; undefined where the line is something else. */
function scriptOf(line: string): string | undefined {
	if (!/^\S*\bnode(js)?\s+-e\s/.test(line)) return undefined;
	// A place below the application's root.
	const split = splitCommandLine(line.replaceAll('"$CAGEWRIGHT_ROOT"', ""));
	if ("error" in split || split.words.length < 4) return undefined;
	const [host = "", port = "", third = "", fourth] = split.words.slice(3);
	const steps = stepsIn(third);
	if (steps) {
		const sent = steps.flatMap((step) => ("send" in step ? [sentWords(step.send)] : [])).filter((words) => words !== "");
		const place = port === "0" ? `unix ${host}` : `tcp ${host}:${port}`;
		return sent.length ? `${place}: ${sent.join(", ")}` : place;
	}
	if (fourth !== undefined && /^([\da-f]{2})+$/.test(third)) return `udp ${host}:${port}`;
	return `node: ${split.words.slice(3).join(" ")}`;
}

export function stepsIn(json: string): readonly Step[] | undefined {
	try {
		const steps: unknown = JSON.parse(json);
		return Array.isArray(steps) ? (steps as Step[]) : undefined;
	} catch {
		return undefined;
	}
}

/** The first line of what is sent, where it is text. */
function sentWords(sent: string): string {
	const [line = ""] = sent.split(/\r?\n/);
	if (!/^[\x20-\x7e]+$/.test(line)) return "";
	return line.length <= mostSent ? line : `${line.slice(0, mostSent).trimEnd()}…`;
}
