import { quoteShell, quoteShellLine } from "../base/path/quote.ts";
import { splitCommandLine } from "../service/command-line.ts";

export interface Target {
	readonly host: string;
	readonly port: number;
	/** Absolute path of a unix socket, as the application names it; then host and port have no meaning. */
	readonly socket?: string;
	/** It speaks TLS from the start. */
	readonly tls?: true;
	/** Name of the account that asks, for servers that know their clients by it. */
	readonly account?: string;
}

/** Programs and data for building probes. */
export interface Tools {
	/** Base names of programs on the host's PATH. */
	readonly programs: ReadonlySet<string>;
	/** Absolute path of Node's executable. It always exists, so every protocol can use it. */
	readonly node: string;
	/** Names of accounts that belong to people. */
	readonly people?: readonly string[];
	/** Directories that the command names (absolute), each with the names of its regular files. */
	readonly served?: ReadonlyMap<string, readonly string[]>;
	/** Shares in the server's configuration, each with the name of a world-readable file in it. */
	readonly shares?: ReadonlyMap<string, string>;
}

/** Waits until the received bytes match, or sends (characters are bytes). */
export type Step = { readonly expect: string } | { readonly send: string };

/** Every release's script begins like this, which identifies a line. */
export const scriptBeginning = 'const [h,p,s]=process.argv.slice(1),q=JSON.parse(s);let b="";';

/**
 * Waits 5 s at most, and reads and writes bytes as latin1. Exits with 0 when all steps are done; otherwise it prints the
 * server's last line, or the reason why there is none.
 */
export const exchangeScript = [
	scriptBeginning,
	'let l="";const f=e=>{console.log(l||e?.message||(e===undefined?"no answer":"closed without an answer"));process.exit(1)};',
	"const o=+p?{host:h,port:+p}:{path:h};",
	'const c=process.argv[4]?require("tls").connect({rejectUnauthorized:false,...o},n):require("net").connect(o,n);',
	'setTimeout(f,5e3);c.on("error",f).on("close",f).on("data",d=>{b+=d=d.toString("latin1");',
	'l=d.replace(/[^ -~\\n]+/g," ").trim().split("\\n").pop().trim().slice(0,200)||l;n()});',
	"function n(){while(q.length){const t=q[0];",
	'if("send" in t)c.write(t.send,"latin1");else{if(!RegExp(t.expect).test(b))return;b=""}q.shift()}process.exit(0)}',
].join("");

/** Returns a shell line for a conversation over TCP, TLS or a unix socket. Any certificate will do: no secret is sent. */
export function exchange(target: Target, tools: Tools, steps: readonly Step[]): string {
	// JSON escapes, because bytes above ASCII may not survive the shell's locale.
	// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what it lets pass
	const json = JSON.stringify(steps).replace(/[^\x00-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
	const line = `${quoteShellLine([tools.node, "-e", exchangeScript])} ${placeWords(target)} ${quoteShell(json)}`;
	return target.tls ? `${line} tls` : line;
}

/** Host and port as shell words; for a unix socket its path and 0. */
export function placeWords({ host, port, socket }: Target): string {
	return socket === undefined ? `${quoteShell(host)} ${port}` : `${socketOf(socket)} 0`;
}

/** The socket as a shell word: a probe runs outside the cage, where the application's root has another path. */
export function socketOf(path: string): string {
	return `"$CAGEWRIGHT_ROOT"${quoteShell(path)}`;
}

/** Repeats the request every second for 5 s, and exits with 0 when an answer matches. Bytes are hexadecimal. */
const datagramScript = [
	"const [h,p,q,e]=process.argv.slice(1);",
	'const s=require("dgram").createSocket(h.includes(":")?"udp6":"udp4");',
	'const f=()=>s.send(Buffer.from(q,"hex"),+p,h);setInterval(f,1e3);setTimeout(()=>process.exit(1),5e3);f();',
	's.on("error",()=>process.exit(1)).on("message",d=>RegExp(e).test(d.toString("hex"))&&process.exit(0))',
].join("");

/** Returns a shell line for a request over UDP. `question` and the pattern `answer` are hexadecimal. */
export function datagramProbe(target: Target, tools: Tools, question: string, answer: string): string {
	return quoteShellLine([tools.node, "-e", datagramScript, target.host, String(target.port), question, answer]);
}

/** Returns a line that fetches a page and accepts 2xx and 3xx. No proxy can answer, because it ignores proxy variables. */
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

/** A name server's status: its number (RFC 6895, 2.3), and the error of Node's resolver for an empty answer. */
const nameAnswers = {
	NOERROR: { number: "0", error: "ENODATA" },
	NXDOMAIN: { number: "3", error: "ENOTFOUND" },
	REFUSED: { number: "5", error: "EREFUSED" },
} as const;

/** `version.bind` in class CH as a query (RFC 1035, 4.1), and the beginning of its answer before the status, in hexadecimal. */
const versionQuery = "63610100000100000000000007" + "76657273696f6e" + "04" + "62696e64" + "0000100003";
const versionAnswer = "^6361[89a-f][\\da-f]{2}";

/**
 * Returns a line with a query that a name server answers itself: its reverse zone of 127 (RFC 6303), or its version. `any` is
 * an answer of any status.
 */
export function nameServerProbe(
	target: Target,
	tools: Tools,
	question: "loopback-zone" | "version",
	answer: keyof typeof nameAnswers | "any",
): string {
	if (tools.programs.has("dig")) {
		const name = question === "version" ? "version.bind CH TXT" : "127.in-addr.arpa SOA";
		const status = answer === "any" ? "" : answer;
		return `dig +time=3 +tries=1 -p ${target.port} @${target.host} ${name} | grep -q 'status: ${status}'`;
	}
	// Node's resolver cannot query class CH.
	if (question === "version" || answer === "any") {
		const status = answer === "any" ? "" : nameAnswers[answer].number;
		return datagramProbe(target, tools, versionQuery, `${versionAnswer}${status}`);
	}
	const script = [
		'const r=new(require("dns").promises.Resolver)({timeout:3e3,tries:1});r.setServers([process.argv[1]]);',
		`r.resolveSoa("127.in-addr.arpa").then(()=>process.exit(${answer === "NOERROR" ? 0 : 1}),`,
		`e=>process.exit(/^${nameAnswers[answer].error}$/.test(e.code)?0:1))`,
	].join("");
	return quoteShellLine([tools.node, "-e", script, `${urlHost(target.host)}:${target.port}`]);
}

const mostShown = 100;
const mostSent = 24;

/** Shortens a probe for display. Our own scripts become `tcp 127.0.0.1:25: EHLO localhost, QUIT`. */
export function showProbe(line: string): string {
	const shown = probeWords(line).trim();
	const [first = ""] = shown.split("\n");
	return first === shown && first.length <= mostShown ? first : `${first.slice(0, mostShown).trimEnd()}…`;
}

/** The same without shortening. A line of another account, as from `asAccount`, begins with its name. */
export function probeWords(line: string): string {
	const [, name, quoted = ""] = /^setpriv --reuid=(\S+) .* -- sh -c (.*)$/s.exec(line) ?? [];
	const split = splitCommandLine(quoted);
	if (name === undefined || "error" in split || split.words.length !== 1) return scriptOf(line) ?? line;
	const [own = ""] = split.words;
	return `${name}: ${scriptOf(own) ?? own}`;
}

/** An account by its numbers, and by its name if it has one. */
export interface Asker {
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	readonly name?: string;
}

/** Returns the line as this account runs it. Root runs it as it is. */
export function asAccount(line: string, { gid, groups, name, uid }: Asker): string {
	if (uid === 0) return line;
	const supplementary = groups.length ? `--groups=${groups.join(",")}` : "--clear-groups";
	return quoteShellLine(["setpriv", `--reuid=${name ?? uid}`, `--regid=${gid}`, supplementary, "--", "sh", "-c", line]);
}

/** Returns a readable form of our own scripts; undefined for other lines. */
function scriptOf(line: string): string | undefined {
	if (!/^\S*\bnode(js)?\s+-e\s/.test(line)) return undefined;
	// Paths below the application's root.
	const split = splitCommandLine(line.replaceAll('"$CAGEWRIGHT_ROOT"', ""));
	if ("error" in split) return undefined;
	// Those of templates.
	const [, url] = (split.words.length === 3 && /^https?\.get\("(http[^"]+)",/.exec(split.words[2] ?? "")) || [];
	if (url !== undefined) return `GET ${url}`;
	if (split.words.length < 4) return undefined;
	const [, , script = "", host = "", port = "", third = "", fourth] = split.words;
	const steps = stepsIn(third);
	if (steps) {
		const sent = steps.flatMap((step) => ("send" in step ? [sentWords(step.send)] : [])).filter((words) => words !== "");
		const place = port === "0" ? `unix ${host}` : `${fourth ?? "tcp"} ${host}:${port}`;
		return sent.length ? `${place}: ${sent.join(", ")}` : place;
	}
	if (fourth !== undefined && /^([\da-f]{2})+$/.test(third)) return `udp ${host}:${port}`;
	if (script.includes('require("dns")')) return `dns ${host}`;
	if (script.includes("DATA")) return `tcp ${host}:${port}: mail to ${third}`;
	if (script.includes("rejectUnauthorized")) return `GET ${host}${script.includes("href") ? " and its links" : ""}`;
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

/** Returns the first line of sent text; "" for binary data. */
function sentWords(sent: string): string {
	const [line = ""] = sent.split(/\r?\n/);
	if (!/^[\x20-\x7e]+$/.test(line)) return "";
	return line.length <= mostSent ? line : `${line.slice(0, mostSent).trimEnd()}…`;
}
